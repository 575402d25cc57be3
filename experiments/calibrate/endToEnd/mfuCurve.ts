import type { GpuSpec } from "../../../models/gpu.ts";
import { gpuById } from "../../../models/gpuCatalogue.ts";
import { type MfuCurve, mfuOnly } from "../../../models/naive.ts";
import type { MeasuredRun } from "../../measured/measuredRun.ts";
import type { CalibratedNumber } from "../writeCalibration.ts";
import { type DeploymentFit, fitDeployment } from "./deploymentFit.ts";
import { figuresOf, powerTolerances } from "./figures.ts";
import type { GroupTask } from "./groupFit.ts";
import type { Network, Scalar } from "./scalars.ts";

/** The baseline that sees nothing of a step but its MFU, fitted to the runs of a power curve. */
export interface MfuCurveFit {
  readonly gpu: string;
  readonly network: Network;
  readonly fit: DeploymentFit;
  readonly without: (isOut: (run: MeasuredRun) => boolean) => MfuCurve;
}

/**
 * The published form of a curve of MFU alone, refitted as ours is: through the simulator, to the same
 * figures by the same loss, beside the same times. undefined where no run tells of power.
 */
export function mfuCurveFit(task: GroupTask, network: Network): MfuCurveFit | undefined {
  const { gpuId: gpu } = task;
  const spec = gpuById(gpu);
  const runs = task.runs.filter((run) => figuresOf([run], powerTolerances).length > 0);
  if (spec === undefined || runs.length === 0) return undefined;
  const scalars = mfuScalars(spec);
  const curveOf = ([maxW = 0, kneeMfu = 0, exponent = 0]: readonly number[]): MfuCurve => ({
    idleW: spec.idleContextHeldW,
    maxW,
    kneeMfu,
    exponent,
  });
  const fit = fitDeployment({
    ...task,
    runs,
    scalars,
    tolerances: powerTolerances,
    naivePower: (values) => mfuOnly(curveOf(values)),
  });
  const without: MfuCurveFit["without"] = (isOut) => curveOf(valuesOf(scalars, fit.without(isOut)));
  return { gpu, network, fit, without };
}

/** Priors so weak that the rows decide: of the knee not even the order is known. */
function mfuScalars({ idleContextHeldW: idleW, tdpW }: GpuSpec): Scalar[] {
  return [
    { path: ["maxW"], prior: 0.8 * tdpW, spread: 1, min: 1.1 * idleW, max: tdpW },
    { path: ["kneeMfu"], prior: 0.2, spread: 2, min: 1e-4, max: 1 },
    { path: ["exponent"], prior: 0.4, spread: 1, min: 0.02, max: 3 },
  ];
}

/** A constant of which rows tell nothing is not among the numbers: it stays at its prior. */
function valuesOf(scalars: readonly Scalar[], numbers: readonly CalibratedNumber[]): number[] {
  return scalars.map(
    ({ path, prior }) =>
      numbers.find((number) => number.path.join(".") === path.join("."))?.value ?? prior,
  );
}
