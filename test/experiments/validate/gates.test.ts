import { expect, test } from "vitest";
import { type Suite, suites } from "../../../experiments/measured/measuredRun.ts";
import type { Regime } from "../../../experiments/measured/regimes.ts";
import { gateResults } from "../../../experiments/validate/gates.ts";
import type { PredictedPoint } from "../../../experiments/validate/points.ts";
import { predictedPoint } from "./points.ts";

function verdicts(points: readonly PredictedPoint[]) {
  return gateResults(points).map(({ what, regime, isKept }) => [what, regime, isKept]);
}

const tpot = "TPOT, dense, H100, H200 and B200";

test("a gate is kept at its limits and missed beyond either of them", () => {
  const of = (...errors: readonly number[]) => errors.map((error) => predictedPoint(error));
  expect(verdicts(of(-0.149, 0.149))).toEqual([[tpot, "operators_only", true]]);
  expect(verdicts(of(0.16, -0.16))).toEqual([[tpot, "operators_only", false]]);
  expect(verdicts(of(0, 0, 0, 0, 0.9))).toEqual([[tpot, "operators_only", false]]);
});

test("the nearer the fit, the more is promised", () => {
  const errors = (regime: Regime) => verdicts([predictedPoint(0.1, {}, regime)]);
  expect(errors("operators_only")).toEqual([[tpot, "operators_only", true]]);
  expect(errors("new_architecture")).toEqual([[tpot, "new_architecture", true]]);
  expect(errors("interpolated")).toEqual([[tpot, "interpolated", false]]);
});

test("a row counts in every regime that it is predicted in", () => {
  const { run, measurement, outcome } = predictedPoint(0.1);
  const estimate = (errorRatio: number) => ({ value: 0, errorRatio, heldOut: undefined });
  const byRegime = { interpolated: estimate(0.05), operators_only: estimate(-0.2) };
  const point = { run, measurement, outcome: { ...outcome, byRegime } };
  expect(verdicts([point])).toEqual([
    [tpot, "interpolated", true],
    [tpot, "operators_only", false],
  ]);
});

test("experts without a promise are reported, those in FP8 by themselves", () => {
  const moe = { isMoe: true, precision: "mxfp4" };
  expect(verdicts([predictedPoint(0.9, moe)])).toEqual([
    ["TPOT, MoE", "operators_only", undefined],
  ]);
  const narrow = predictedPoint(0.9, { ...moe, precision: "fp8" }, "interpolated");
  expect(verdicts([narrow])).toEqual([["TPOT, fp8 MoE", "interpolated", undefined]]);
});

test("host-bound rows, other GPUs and large loops are under no gate", () => {
  const watts = { metric: "steady_per_gpu_w", value: 300 } as const;
  const hostBound = predictedPoint(0.9, { ...watts, suite: "steady_state_host_bound" });
  expect(verdicts([hostBound])).toEqual([["watts, host-bound rows", "operators_only", undefined]]);
  expect(verdicts([predictedPoint(0.9, { gpu: "A100-SXM" })])).toEqual([]);
  expect(verdicts([predictedPoint(0.9, { metric: "ttft_ms", concurrency: 65 })])).toEqual([]);
  expect(verdicts([predictedPoint(0.9, { metric: "ttft_ms", concurrency: 64 })])).toHaveLength(1);
});

test("the worst card counts where memory is promised", () => {
  const kv = { suite: "kv_capacity", metric: "kv_tokens", value: 1e5 } as const;
  const of = (...errors: readonly number[]) =>
    verdicts(errors.map((error) => predictedPoint(error, kv, "new_architecture")));
  expect(of(0.01, -0.02, 0.11)).toEqual([["KV capacity", "new_architecture", true]]);
  expect(of(0.01, -0.02, 0.13)).toEqual([["KV capacity", "new_architecture", false]]);
});

function withoutRows(points: readonly PredictedPoint[], complete: readonly Suite[]) {
  const missing = gateResults(points, complete).filter(({ errors }) => errors === undefined);
  expect(missing.every(({ isKept }) => isKept === false)).toBe(true);
  return missing.map(({ what }) => what);
}

test("a promise without a row is missed where all rows of its suites should be there", () => {
  const all = withoutRows([], suites);
  expect(all).toHaveLength(11);
  expect(all).not.toContain("watts, host-bound rows");
  expect(withoutRows([predictedPoint(0.1)], suites)).toEqual(all.filter((what) => what !== tpot));
  expect(withoutRows([], ["kv_capacity"])).toEqual(["KV capacity"]);
  // Watts are promised of two suites, one of which need not have rows with experts.
  expect(withoutRows([], ["static_batch_power"])).toEqual([]);
  expect(withoutRows([], ["static_batch_power", "steady_state"])).toContain(
    "watts, bf16 and mxfp4 MoE",
  );
  expect(withoutRows([], [])).toEqual([]);
});
