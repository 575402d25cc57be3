import type { OwnCalibration } from "../../../models/calibrationCatalogue.ts";
import type { CalibrationEntry } from "../../../models/calibrationEntry.ts";
import type { NaivePower } from "../../../models/naive.ts";
import type { MeasuredRun } from "../../measured/measuredRun.ts";
import { type CalibratedNumber, calibrationEntryOf } from "../writeCalibration.ts";
import { type Figure, figuresOf, type Tolerances, weightsOf } from "./figures.ts";
import { type Prediction, type Predictor, predictorOf } from "./predictor.ts";
import type { Scalar } from "./scalars.ts";
import type { ScarceProblem } from "./scarceProblem.ts";

/** What is fitted to which runs, beside numbers that stand. */
export interface FitTask {
  readonly gpuId: string;
  readonly runs: readonly MeasuredRun[];
  readonly scalars: readonly Scalar[];
  readonly tolerances: Tolerances;
  /** Fitted before, and as fixed here as the catalogue. */
  readonly beside: readonly CalibratedNumber[];
  /** In place of the catalogue's files. */
  readonly over?: readonly CalibrationEntry[];
  /**
   * Watts from the constants, in the order of the scalars, in place of the power curve. The constants
   * are then no part of the calibration.
   */
  readonly naivePower?: (values: readonly number[]) => NaivePower;
  readonly source: string;
  /** Called before each simulation of a run; may throw to stop the fit. */
  readonly onRun?: (() => void) | undefined;
}

/** The task as a problem of few constants whose residuals are simulated. */
export interface DeploymentProblem {
  readonly problem: ScarceProblem;
  readonly figures: readonly Figure[];
  /** Of the runs of a part, or of all, under constants. */
  readonly predictionsAt: (
    logs: readonly number[],
    isWanted?: (run: MeasuredRun) => boolean,
  ) => ReadonlyMap<MeasuredRun, Prediction>;
  /** One for each figure; a figure without a prediction is as wrong as can be. */
  readonly residualsOf: (predicted: ReadonlyMap<MeasuredRun, Prediction>) => Float64Array;
}

/** A row that can't be simulated under some constants is as wrong as this many tolerances. */
const hopelessTolerances = 20;

/** @throws Error where no run can be simulated. */
export function deploymentProblem(task: FitTask): DeploymentProblem {
  const { scalars, gpuId, beside, over, naivePower } = task;
  const calibrationAt = (logs: readonly number[]): OwnCalibration => {
    const numbers = naivePower ? beside : [...beside, ...numbersAt(task, logs)];
    const entry = calibrationEntryOf({ id: "fit", base: null, gpus: [gpuId], numbers });
    return { file: "fit", entry, ...(over && { over }) };
  };
  const logsOf = (of: (scalar: Scalar) => number) => scalars.map((scalar) => Math.log(of(scalar)));
  const prior = logsOf((scalar) => scalar.prior);
  const predictors = predictorsOf(task.runs, calibrationAt(prior));
  const figures = figuresOf([...predictors.keys()], task.tolerances);
  if (figures.length === 0) throw new Error(`${task.source}: no run can be simulated`);
  const predictionsAt: DeploymentProblem["predictionsAt"] = (logs, isWanted = () => true) => {
    const calibration = calibrationAt(logs);
    const naive = naivePower?.(logs.map(Math.exp));
    const wanted = [...predictors].filter(([run]) => isWanted(run));
    return new Map(
      wanted.map(([run, predict]) => {
        task.onRun?.();
        return [run, predict(calibration, naive)];
      }),
    );
  };
  const residualsOf: DeploymentProblem["residualsOf"] = (predicted) =>
    Float64Array.from(figures, (figure) => residualOf(figure, predicted.get(figure.run)));
  const problem = {
    start: logsOf(({ start, prior: from }) => start ?? from),
    prior,
    spread: scalars.map(({ spread }) => spread),
    low: logsOf(({ min }) => min),
    high: logsOf(({ max }) => max),
    residualsAt: (logs: readonly number[]) => residualsOf(predictionsAt(logs)),
    weights: weightsOf(figures),
  };
  return { problem, figures, predictionsAt, residualsOf };
}

/** The constants as a calibration file holds them. */
export function numbersAt(
  { scalars, source }: Pick<FitTask, "scalars" | "source">,
  logs: readonly number[],
  deviations?: readonly (number | undefined)[],
): CalibratedNumber[] {
  return scalars.map(({ path }, index) => {
    const value = Math.exp(logs[index] ?? 0);
    const deviation = deviations?.[index];
    const standardError = deviation === undefined ? undefined : value * deviation;
    return { path, value, kind: "fitted", source, standardError };
  });
}

/** Runs that can't be simulated are left out: whoever has to tell of them asks before. */
function predictorsOf(
  runs: readonly MeasuredRun[],
  start: OwnCalibration,
): Map<MeasuredRun, Predictor> {
  const predictors = new Map<MeasuredRun, Predictor>();
  for (const run of runs) {
    const predictor = predictorOf(run, start);
    if (typeof predictor === "function") predictors.set(run, predictor);
  }
  return predictors;
}

function residualOf(
  { index, measured, toleranceRatio }: Figure,
  prediction: Prediction | undefined,
): number {
  const predicted = prediction?.values[index] ?? null;
  if (predicted === null || !(predicted > 0)) return hopelessTolerances;
  return Math.log(predicted / measured) / toleranceRatio;
}
