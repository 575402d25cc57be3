import type { CalibrationEntry } from "../../../models/calibrationEntry.ts";
import type { MeasuredRun } from "../../measured/measuredRun.ts";
import { calibrationEntryOf } from "../writeCalibration.ts";
import {
  type GroupFit,
  type GroupTask,
  jointFit,
  latencyFit,
  powerFit,
  scaleFit,
} from "./groupFit.ts";
import { type MfuCurveFit, mfuCurveFit } from "./mfuCurve.ts";
import type { Network } from "./scalars.ts";
import {
  jointGroup,
  jointRuns,
  latencyGroups,
  latencyRuns,
  type PowerGroup,
  powerGroups,
  powerRuns,
  scaleGpus,
  scaleRuns,
} from "./selection.ts";
import { servedDrafts } from "./servedDrafts.ts";

export interface EndToEndOptions {
  /** The catalogue's files, with fresh constants of kernels and none of this level. */
  readonly over: readonly CalibrationEntry[];
  readonly onFit?: ((fit: GroupFit | MfuCurveFit) => void) | undefined;
}

export interface EndToEndFits {
  readonly fits: readonly GroupFit[];
  /** What the power curves among the fits are compared with. */
  readonly mfuCurves: readonly MfuCurveFit[];
}

/**
 * The second level of calibration, through the simulator: some scalars for each stack on each GPU,
 * beside them the power curve of each GPU, and the scale of transferred curves where joules are
 * published and times are not.
 */
export function calibrateEndToEnd(
  runs: readonly MeasuredRun[],
  { over, onFit }: EndToEndOptions,
): EndToEndFits {
  const fits: GroupFit[] = [];
  const mfuCurves: MfuCurveFit[] = [];
  const keep = (fit: GroupFit) => {
    fits.push(fit);
    onFit?.(fit);
  };
  const keepMfuCurve = (task: GroupTask, network: Network) => {
    const fit = mfuCurveFit(task, network);
    if (fit === undefined) return;
    mfuCurves.push(fit);
    onFit?.(fit);
  };
  const besideOf = (gpuId: string) =>
    fits.filter(({ gpu }) => gpu === gpuId).flatMap(({ fit }) => fit.numbers);
  for (const group of latencyGroups) {
    const { gpu, stack, suites } = group;
    const source = `${suites.join(" and ")} runs of ${stack} on ${gpu}, through the simulator`;
    keep(
      latencyFit({ gpuId: gpu, runs: latencyRuns(runs, group), beside: [], over, source }, stack),
    );
  }
  for (const group of powerGroups) {
    for (const network of networks) {
      const { gpu: gpuId } = group;
      const own = powerRuns(runs, group, network);
      if (own.length === 0) continue;
      const source = powerSource(group, network);
      const task = { gpuId, runs: own, beside: besideOf(gpuId), over, source };
      keep(powerFit(task, network));
      keepMfuCurve(task, network);
    }
  }
  const { gpu: gpuId, stack, suites } = jointGroup;
  const source = `${suites.join(", ")} runs on ${gpuId}, time and power at once, through the simulator`;
  const joint = { gpuId, runs: jointRuns(runs), beside: besideOf(gpuId), over, source };
  keep(jointFit(joint, stack));
  for (const network of networks) {
    const own = joint.runs.filter(({ isMoe }) => isMoe === (network === "moe"));
    keepMfuCurve({ ...joint, runs: own, beside: besideOf(gpuId) }, network);
  }
  const fitted = [...over, ...servedDrafts(fits, over).map(calibrationEntryOf)];
  for (const gpuId of scaleGpus) {
    const source = `joules of figure 5 of arXiv 2504.17674, vLLM on ${gpuId}, through the simulator`;
    keep(
      scaleFit({ gpuId, runs: scaleRuns(runs, gpuId), beside: [], over: fitted, source }, "dense"),
    );
  }
  return { fits, mfuCurves };
}

const networks = ["dense", "moe"] as const satisfies readonly Network[];

function powerSource({ gpu, suites }: PowerGroup, network: Network): string {
  const networks = network === "dense" ? "dense networks" : "networks with experts";
  return `watts and joules of ${suites.join(", ")} runs of ${networks} on ${gpu}, through the simulator`;
}
