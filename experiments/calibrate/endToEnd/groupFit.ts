import type { CalibrationEntry, FittedOn } from "../../../models/calibrationEntry.ts";
import type { MeasuredRun } from "../../measured/measuredRun.ts";
import type { CalibratedNumber } from "../writeCalibration.ts";
import { configsOf } from "./configOf.ts";
import { type DeploymentFit, fitDeployment } from "./deploymentFit.ts";
import { latencyTolerances, powerTolerances } from "./figures.ts";
import { latencyScalars, type Network, powerScalars, powerScale, type Scalar } from "./scalars.ts";

/** A fit of the second level: what it is of, and what came of it. */
export interface GroupFit {
  readonly gpu: string;
  /** Whose scalars were fitted; undefined where only what all stacks share was: the power curve. */
  readonly stack: string | undefined;
  readonly metrics: readonly FittedOn["metric"][];
  readonly fit: DeploymentFit;
}

export interface GroupTask {
  /** The id that the calibration file speaks for. */
  readonly gpuId: string;
  readonly runs: readonly MeasuredRun[];
  readonly beside: readonly CalibratedNumber[];
  /** In place of the catalogue's files. */
  readonly over?: readonly CalibrationEntry[];
  readonly source: string;
  readonly onRun?: (() => void) | undefined;
}

/** The scalars of one stack; `chosen` of them where rows are few. */
export function latencyFit(
  task: GroupTask,
  stack: string,
  chosen: (scalars: readonly Scalar[]) => readonly Scalar[] = (all) => all,
): GroupFit {
  const scalars = chosen(latencyScalars(configsOf(task.runs, bare(task))));
  const fit = fitDeployment({ ...task, scalars, tolerances: latencyTolerances });
  return { gpu: task.gpuId, stack, metrics: ["latency"], fit };
}

/** The power curve of networks with experts or without, beside what was fitted before. */
export function powerFit(task: GroupTask, network: Network): GroupFit {
  const scalars = powerScalars(configsOf(task.runs, bare(task)), network, task.beside);
  const fit = fitDeployment({ ...task, scalars, tolerances: powerTolerances });
  return { gpu: task.gpuId, stack: undefined, metrics: ["power"], fit };
}

/**
 * The scalars of a stack and the power curve at once: joules a token tell of both, and where most rows
 * have no others, neither can be fitted before the other.
 */
export function jointFit(task: GroupTask, stack: string): GroupFit {
  const configs = configsOf(task.runs, bare(task));
  const own = configs.filter((config) => config.stack.id === stack);
  const scalars = [
    ...latencyScalars(own),
    ...powerScalars(configs, "dense", task.beside),
    ...powerScalars(configs, "moe", task.beside),
  ];
  const tolerances = { ...latencyTolerances, ...powerTolerances };
  const fit = fitDeployment({ ...task, scalars, tolerances });
  return { gpu: task.gpuId, stack, metrics: ["latency", "power"], fit };
}

/** What the power curve is multiplied by: where rows are too few for its shape, or tell joules alone. */
export function scaleFit(task: GroupTask, network: Network): GroupFit {
  const scalars = configsOf(task.runs, bare(task))
    .slice(0, 1)
    .map(({ calibration }) => powerScale(calibration, network));
  const fit = fitDeployment({ ...task, scalars, tolerances: powerTolerances });
  return { gpu: task.gpuId, stack: undefined, metrics: ["power"], fit };
}

/** The catalogue as the fit finds it, without a number of its own. */
function bare({ gpuId, over }: GroupTask) {
  const entry = { id: "bare", base: null, gpus: [gpuId] };
  return { file: "bare", entry, ...(over && { over }) };
}
