import { expect, test } from "vitest";
import { partsBySettings } from "../../../experiments/calibrate/endToEnd/partsBySettings.ts";
import { ownBatch } from "./ownBatch.ts";

const sizes = [1, 2, 4, 8, 16, 32];
const batches = () => sizes.map((size) => ownBatch(size, { input: 64, output: 24 }));

test("repeats are held out together, wherever they stand in the file", () => {
  const runs = [...batches(), ...batches()];
  const parts = partsBySettings(runs, 5);
  for (const [index, run] of runs.slice(0, sizes.length).entries()) {
    const repeat = runs[index + sizes.length];
    expect(repeat && parts?.get(repeat)).toBe(parts?.get(run));
  }
  expect(new Set(parts?.values()).size).toBe(5);
});

test("the order of the file changes no part", () => {
  const runs = batches();
  const parts = partsBySettings(runs, 5);
  const reversed = partsBySettings(runs.toReversed(), 5);
  expect(runs.map((run) => reversed?.get(run))).toEqual(runs.map((run) => parts?.get(run)));
});

test("repeats of fewer settings than parts have none", () => {
  const runs = batches().slice(0, 4);
  expect(partsBySettings([...runs, ...runs], 5)).toBeUndefined();
});
