import { expect, test } from "vitest";
import type { MetricName } from "../../../experiments/measured/metrics.ts";
import type { HeldOutPrediction, Regime } from "../../../experiments/measured/regimes.ts";
import { errorsOf } from "../../../experiments/validate/errors.ts";
import {
  type HeldOutRun,
  isPredicted,
  pointsOf,
  unseenEstimate,
} from "../../../experiments/validate/points.ts";
import { evidence, measuredRun } from "./points.ts";

const shipped = {
  status: "simulated",
  values: [9],
  evidence: evidence("interpolated", "new_architecture"),
} as const;

function heldOutRun(regime: Regime, of: HeldOutPrediction["of"], value: number): HeldOutRun {
  const heldOut = { regime, of, calibration: { file: "x", entry: {} }, mfuCurve: undefined };
  return { heldOut, simulated: { ...shipped, values: [value] } };
}

/** Latency was fitted to this architecture, watts to others, kernels to neither. */
const heldOutRuns = [
  heldOutRun("interpolated", ["latency"], 11),
  heldOutRun("new_architecture", ["latency", "power"], 12),
  heldOutRun("operators_only", ["latency", "power"], 15),
];

function predicted(metric: MetricName, runs: readonly HeldOutRun[] = heldOutRuns) {
  const [point] = pointsOf(measuredRun({ metric, value: 10 }), shipped, runs).filter(isPredicted);
  if (point === undefined) throw new Error("no prediction");
  return point;
}

function values(metric: MetricName) {
  const { byRegime } = predicted(metric).outcome;
  return Object.entries(byRegime).map(([regime, { value }]) => [regime, value]);
}

test("a figure is predicted in the regimes that hold for all that it rests on", () => {
  const both = [
    ["new_architecture", 12],
    ["operators_only", 15],
  ];
  expect(values("tpot_ms")).toEqual([["interpolated", 11], ...both]);
  expect(values("steady_per_gpu_w")).toEqual(both);
  expect(values("steady_per_output_token_j")).toEqual(both);
});

test("memory, which no fit has seen, is predicted by what ships", () => {
  expect(values("kv_tokens")).toEqual([["new_architecture", 9]]);
});

test("the catalogue's prediction was used to fit where a fit saw any of what it rests on", () => {
  const isUsed = (metric: MetricName) => predicted(metric).outcome.isUsedToFit;
  expect(isUsed("tpot_ms")).toBe(true);
  expect(isUsed("steady_per_gpu_w")).toBe(false);
  expect(isUsed("steady_per_output_token_j")).toBe(true);
  expect(isUsed("kv_tokens")).toBe(false);
});

test("an error is what the prediction has too much, as a share of what was measured", () => {
  expect(predicted("tpot_ms").outcome.byRegime.new_architecture?.errorRatio).toBeCloseTo(0.2, 12);
});

test("a simpler prediction meets ours where the network is new, else where nothing was fitted", () => {
  expect(unseenEstimate(predicted("tpot_ms"))?.regime).toBe("new_architecture");
  const [, , operatorsOnly] = heldOutRuns;
  const alone = operatorsOnly === undefined ? [] : [operatorsOnly];
  expect(unseenEstimate(predicted("tpot_ms", alone))?.regime).toBe("operators_only");
  expect(unseenEstimate(predicted("tpot_ms", []))).toBeUndefined();
});

test("a figure that the run has not is refused, not 0", () => {
  const points = pointsOf(measuredRun(), { ...shipped, values: [null] }, heldOutRuns);
  expect(points.filter(isPredicted)).toEqual([]);
  expect(points[0]?.outcome).toMatchObject({ reason: "the run has no such figure" });
});

test("median, P90 and bias of errors are numpy's", () => {
  expect(errorsOf([-0.4, 0.1, 0.2, -0.1, 0.3])).toEqual({
    rows: 5,
    medianRatio: 0.2,
    p90Ratio: expect.closeTo(0.36, 12),
    worstRatio: 0.4,
    biasRatio: 0.1,
  });
  expect(errorsOf([])).toBeUndefined();
});
