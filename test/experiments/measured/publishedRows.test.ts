import { expect, test } from "vitest";
import { suites } from "../../../experiments/measured/measuredRun.ts";
import { publishedRuns } from "../../../experiments/measured/published.ts";
import { partsOf } from "../../../experiments/measured/simulateMeasured.ts";
import { compose } from "../../../experiments/scenario/compose.ts";

const runs = publishedRuns();

test("150 to 350 rows ship, over six GPUs at least, of every suite", () => {
  expect(runs.length).toBeGreaterThanOrEqual(150);
  expect(runs.length).toBeLessThanOrEqual(350);
  expect(new Set(runs.map(({ scenario }) => scenario.cluster.gpu)).size).toBeGreaterThanOrEqual(6);
  expect(new Set(runs.map(({ suite }) => suite))).toEqual(new Set(suites));
});

test("every shipped row can be simulated, and names its source and what was measured", () => {
  for (const run of runs) {
    for (const { loaded } of partsOf(run)) expect(() => compose(loaded), run.id).not.toThrow();
    expect(run.source, run.id).not.toBe("");
    expect(run.measured, run.id).not.toEqual([]);
  }
});

test("no list of requests ships", () => {
  const lists = runs.filter(({ recorded }) => recorded?.arrivalS ?? recorded?.inputTokens);
  expect(lists).toEqual([]);
});

test("an unknown suite is answered with those that exist", () => {
  expect(() => publishedRuns("servin")).toThrow(/there is no suite "servin"; .*serving/);
});
