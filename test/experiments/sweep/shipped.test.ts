import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { pointCount } from "../../../experiments/sweep/points.ts";
import { loadSweep } from "../../../experiments/sweep/sweepFile.ts";

test("the sweeps that ship are such", () => {
  const folder = "scenarios/sweeps";
  const points = readdirSync(folder).map((name) => {
    const { sweep } = loadSweep(`${folder}/${name}`);
    return [name, pointCount(sweep)];
  });
  expect(Object.fromEntries(points)).toMatchObject({ "gpus.yaml": 12, "thousand.yaml": 1000 });
});
