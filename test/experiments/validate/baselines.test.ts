import { expect, test } from "vitest";
import type { HeldOutEntry } from "../../../experiments/measured/heldOutEntry.ts";
import { heldOutPredictions } from "../../../experiments/measured/regimes.ts";
import {
  type Baseline,
  powerBaseline,
  shippedBaselines,
  withBaselines,
} from "../../../experiments/validate/baselines.ts";
import { baselineRows, promiseKey } from "../../../experiments/validate/baselineTable.ts";
import {
  isPredicted,
  type Point,
  type PredictedPoint,
} from "../../../experiments/validate/points.ts";
import { naivePowers } from "../../../models/naive.ts";
import {
  curve,
  denseArchitecture,
  fitted,
  fittedCalibrations,
} from "../../support/fittedCalibrations.ts";
import { predictedPoint, type Wanted } from "./points.ts";

function said(points: readonly Point[], name: string) {
  return points.filter(isPredicted).map(({ outcome }) => outcome.baselines[name]);
}

/** A point that was predicted by H100-SXM's kernels alone, or by a fit without its network. */
function heldOutPoint(wanted: Wanted, heldOut: readonly HeldOutEntry[] = []): PredictedPoint {
  const point = predictedPoint(0, { architecture: denseArchitecture, ...wanted });
  const predictions = heldOutPredictions(point.run, {
    calibrations: fittedCalibrations(),
    heldOut,
  });
  const byRegime = Object.fromEntries(
    predictions.map((of) => [of.regime, { value: 1, errorRatio: 0, heldOut: of }]),
  );
  return { ...point, outcome: { ...point.outcome, byRegime } };
}

const watts = { suite: "static_batch_power", metric: "per_gpu_w", value: 400 } as const;

test("TDP x time draws TDP while a GPU is busy, whatever it does", () => {
  const baseline = powerBaseline("TDP x time", (gpu) => naivePowers(gpu).tdp_times_time);
  const points = [heldOutPoint(watts), heldOutPoint({ metric: "tpot_ms" })];
  const [ofWatts, ofTime] = said(withBaselines(points, [baseline]), "TDP x time");
  // The front end of the first requests is idle time.
  expect(ofWatts).toBeGreaterThan(650);
  expect(ofWatts).toBeLessThan(700);
  expect(ofTime).toBeUndefined();
});

test("the refitted MFU curve is that of the fit without the network, and has no say elsewhere", () => {
  const flat = { idle_w: 321, max_w: 321, knee_mfu: 0.2, exponent: 0.5 };
  const entry = {
    gpu: "H100-SXM",
    stack: "vllm",
    without: { architecture: denseArchitecture },
    calibration: { id: "fit", base: null, gpus: ["H100-SXM"], power: curve(0.3, 0.7, 0.3) },
    metrics: ["power"],
    mfu_curve: { dense: flat },
  } as const;
  const points = [heldOutPoint(watts, [entry]), heldOutPoint(watts)];
  const [known, unknown] = said(withBaselines(points, shippedBaselines), "MFU curve refitted");
  // Idle before the first step.
  expect(known).toBeGreaterThan(300);
  expect(known).toBeLessThanOrEqual(321);
  expect(unknown).toBeUndefined();
});

test("a baseline prices the steps of the prediction that it is compared with", () => {
  const flops = powerBaseline("FLOPs", (gpu) => naivePowers(gpu).flops_times_tdp);
  const slow = {
    gpu: "H100-SXM",
    stack: "vllm",
    without: { architecture: denseArchitecture },
    calibration: {
      id: "fit",
      base: null,
      gpus: ["H100-SXM"],
      stacks: { vllm: { layer_us: fitted(4000) } },
      power: curve(0.3, 0.7, 0.3),
    },
    metrics: ["latency", "power"],
  } as const;
  const points = [heldOutPoint(watts, [slow]), heldOutPoint(watts)];
  const [ofSlow = Number.NaN, ofFast] = said(withBaselines(points, [flops]), "FLOPs");
  // The same FLOPs in about ten times the time.
  expect(ofSlow).toBeLessThan((ofFast ?? 0) / 4);
});

test("what one baseline says stays when another is asked", () => {
  const fixed = (name: string, value: number): Baseline => ({
    name,
    needs: "a row",
    predict: (points) => points.map(() => value),
  });
  const once = withBaselines([predictedPoint(0)], [fixed("one", 1)]);
  const [twice] = withBaselines(once, [fixed("two", 2)]).filter(isPredicted);
  expect(twice?.outcome.baselines).toEqual({ one: 1, two: 2 });
});

test("watts are compared on the rows of each promise, those that hosts held up apart", () => {
  const said: Baseline = {
    name: "said",
    needs: "a row",
    predict: (points) => points.map(() => 480),
  };
  const steady = { metric: "steady_per_gpu_w", value: 400 } as const;
  const points = [
    predictedPoint(0.1, { ...steady, suite: "steady_state" }),
    predictedPoint(0.4, { ...steady, suite: "steady_state_host_bound" }),
    predictedPoint(0.1),
  ];
  const compared = withBaselines(points, [said]).filter(isPredicted);
  const rows = baselineRows(compared, { names: ["said"], keyOf: promiseKey });
  expect(rows).toMatchObject([
    { figure: "watts, dense, H100 and B200", rows: 1, "its median %": 20, "its / ours": 2 },
    { figure: "watts, host-bound rows", rows: 1, "its median %": 20, "its / ours": 0.5 },
  ]);
});

test("the median of other architectures knows nothing of the row's own", () => {
  const point = (architecture: string, value: number, gpu = "H100-SXM") =>
    predictedPoint(0, { architecture, value, gpu });
  const points = [
    point("one", 10),
    point("one", 1000),
    point("two", 20),
    point("three", 40),
    point("two", 7, "B200-SXM"),
  ];
  const medians = said(withBaselines(points, shippedBaselines), "median of other architectures");
  expect(medians).toEqual([30, 30, 40, 20, undefined]);
});

test("the constant is the middle share of TDP of all other rows, those with experts by themselves", () => {
  const point = (value: number, gpu: string, isMoe = false) =>
    predictedPoint(0, { suite: "steady_state", metric: "steady_per_gpu_w", value, gpu, isMoe });
  const points = [
    point(350, "H100-SXM"),
    // 1000 W of TDP; of the static suite beside the other.
    predictedPoint(0, { ...watts, value: 700, gpu: "B200-SXM" }),
    point(630, "H100-SXM"),
    point(70, "H100-SXM", true),
    predictedPoint(0),
    predictedPoint(0, { suite: "partial_load", metric: "partial_load_w", value: 7 }),
  ];
  const close = (share: number) => expect.closeTo(share, 9);
  expect(said(withBaselines(points, shippedBaselines), "constant share of TDP")).toEqual([
    close(0.8 * 700),
    close(0.7 * 1000),
    close(0.6 * 700),
    undefined,
    undefined,
    undefined,
  ]);
});
