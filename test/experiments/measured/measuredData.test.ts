import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { measuredData } from "../../../experiments/measured/measuredData.ts";
import { suites } from "../../../experiments/measured/measuredRun.ts";

const data = new URL("../../../../shared/data/", import.meta.url).pathname;

describe.skipIf(!existsSync(data))("the calibration data, where it is at hand", () => {
  const { runs, skipped } = existsSync(data) ? measuredData(data) : { runs: [], skipped: [] };

  test("is read whole: each row becomes a run or is left out with a reason", () => {
    const rows = [1433, 850, 48, 114, 246, 190, 7, 31, 324, 7, 339];
    expect(runs.length + skipped.length).toBe(rows.reduce((sum, count) => sum + count, 0));
    expect(skipped.filter(({ reason, row }) => reason === "" || row === "")).toEqual([]);
  });

  test("gives every suite rows, and every run a name of its own", () => {
    expect(new Set(runs.map(({ suite }) => suite))).toEqual(new Set(suites));
    expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length);
  });

  test("measured nothing that is not above 0", () => {
    const values = runs.flatMap(({ measured }) => measured.map(({ value }) => value));
    expect(values.filter((value) => !(value > 0))).toEqual([]);
  });
});
