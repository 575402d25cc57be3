import type { GpuSpec } from "../../models/gpu.ts";
import { gpuById } from "../../models/gpuCatalogue.ts";
import { mfuOnly, type NaivePower, naivePowers } from "../../models/naive.ts";
import type { MeasuredRun } from "../measured/measuredRun.ts";
import { metrics } from "../measured/metrics.ts";
import { partResult } from "../measured/partResult.ts";
import type { HeldOutPrediction } from "../measured/regimes.ts";
import { partsOf, valuesOf } from "../measured/simulateMeasured.ts";
import { quantile } from "./errors.ts";
import { isPredicted, type Point, type PredictedPoint, unseenEstimate } from "./points.ts";

/** A simpler prediction that ours should beat where neither has seen the row's network. */
export interface Baseline {
  readonly name: string;
  /** What it must see at once to say anything. */
  readonly needs: "a row" | "all rows";
  /** One for each point, undefined where it has no say. */
  readonly predict: (points: readonly PredictedPoint[]) => (number | undefined)[];
}

type PowerRule = (gpu: GpuSpec, heldOut: HeldOutPrediction) => NaivePower | undefined;

/** Watts by a simpler rule in place of our curve; the steps are those of our prediction. */
export function powerBaseline(name: string, rule: PowerRule): Baseline {
  return {
    name,
    needs: "a row",
    predict: (points) => {
      const simulated = new Map<HeldOutPrediction, readonly (number | null)[]>();
      return points.map((point) => {
        const { run, measurement } = point;
        const heldOut = unseenEstimate(point)?.estimate.heldOut;
        const isOfPower = metrics[measurement.metric].rests.includes("power");
        if (heldOut === undefined || !isOfPower) return undefined;
        const values = simulated.get(heldOut) ?? naiveValues(run, heldOut, rule);
        simulated.set(heldOut, values);
        return values[run.measured.indexOf(measurement)] ?? undefined;
      });
    },
  };
}

function naiveValues(
  run: MeasuredRun,
  heldOut: HeldOutPrediction,
  rule: PowerRule,
): readonly (number | null)[] {
  const gpu = gpuById(run.scenario.cluster.gpu);
  const naive = gpu && rule(gpu, heldOut);
  if (naive === undefined) return [];
  const parts = partsOf(run, heldOut.calibration);
  return valuesOf(
    run,
    parts,
    parts.map((part) => partResult(part, naive)),
  );
}

/** The middle of what was measured on the same GPU with other architectures. */
const otherArchitectures: Baseline = {
  name: "median of other architectures",
  needs: "all rows",
  predict: (points) =>
    points.map((point) => {
      const others = points.filter((other) => isLike(point, other)).map(measuredValue);
      return others.length === 0 ? undefined : quantile(others, 0.5);
    }),
};

function isLike(point: Point, other: Point): boolean {
  return (
    other.measurement.metric === point.measurement.metric &&
    other.run.scenario.cluster.gpu === point.run.scenario.cluster.gpu &&
    other.run.isMoe === point.run.isMoe &&
    other.run.architecture !== point.run.architecture
  );
}

function measuredValue({ measurement }: Point): number {
  return measurement.value;
}

/**
 * One share of TDP for every load: the middle of what was measured in all other rows. Those of the
 * same network are among them, which favours it.
 */
const constant: Baseline = {
  name: "constant share of TDP",
  needs: "all rows",
  predict: (points) => {
    const shares = points.flatMap((point) => {
      const gpu = gpuById(point.run.scenario.cluster.gpu);
      const { quantity } = metrics[point.measurement.metric];
      if (gpu === undefined || quantity !== "watts") return [];
      return [{ point, tdpW: gpu.tdpW, ratio: measuredValue(point) / gpu.tdpW }];
    });
    const said = new Map(
      shares.map((own) => {
        const isAlike = (other: typeof own) =>
          other !== own && other.point.run.isMoe === own.point.run.isMoe;
        const others = shares.filter(isAlike).map(({ ratio }) => ratio);
        return [own.point, others.length === 0 ? undefined : quantile(others, 0.5) * own.tdpW];
      }),
    );
    return points.map((point) => said.get(point));
  },
};

export const shippedBaselines: readonly Baseline[] = [
  otherArchitectures,
  constant,
  powerBaseline("MFU curve refitted", (_, { mfuCurve }) => mfuCurve && mfuOnly(mfuCurve)),
  powerBaseline("MFU curve of arXiv 2507.11417", (gpu) => naivePowers(gpu).mfu_only_published),
  powerBaseline("FLOPs x TDP / peak", (gpu) => naivePowers(gpu).flops_times_tdp),
  powerBaseline("TDP x time", (gpu) => naivePowers(gpu).tdp_times_time),
];

/** The same points, each with what the baselines say of it. */
export function withBaselines(
  points: readonly Point[],
  baselines: readonly Baseline[],
): readonly Point[] {
  const predicted = points.filter(isPredicted);
  const said = new Map(predicted.map((point) => [point, new Map<string, number>()]));
  for (const { name, predict } of baselines) {
    for (const [index, value] of predict(predicted).entries()) {
      const point = predicted[index];
      if (point !== undefined && value !== undefined) said.get(point)?.set(name, value);
    }
  }
  return points.map((point) => {
    if (!isPredicted(point)) return point;
    const values = { ...point.outcome.baselines, ...Object.fromEntries(said.get(point) ?? []) };
    return { ...point, outcome: { ...point.outcome, baselines: values } };
  });
}
