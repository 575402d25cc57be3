import type { MeasuredRun } from "../../measured/measuredRun.ts";
import type { CalibratedNumber } from "../writeCalibration.ts";
import { deploymentProblem, type FitTask, numbersAt } from "./deploymentProblem.ts";
import type { Figure } from "./figures.ts";
import { posteriors } from "./posterior.ts";
import type { Prediction } from "./predictor.ts";
import { type ScarceFit, scarceFit } from "./scarceFit.ts";
import { tangentMinimum } from "./tangentMinimum.ts";

export interface DeploymentFit
  extends Pick<ScarceFit, "end" | "evaluations" | "startLoss" | "loss"> {
  /** The constants that the rows tell of. */
  readonly numbers: readonly CalibratedNumber[];
  /** Those of which they tell next to nothing: they stay where they were. */
  readonly untold: readonly string[];
  readonly atBound: readonly string[];
  readonly figures: readonly Figure[];
  /** ln(predicted / measured) of each figure before and after. */
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** All constants as fitted without some runs, on the straight lines around the fit. */
  readonly without: (isOut: (run: MeasuredRun) => boolean) => CalibratedNumber[];
  /** ln(predicted / measured) of each figure by constants that have not seen the run's part. */
  readonly heldOut: (partOf: (run: MeasuredRun) => number) => Float64Array;
}

/** So firm a prior leaves a constant where it is. */
const pinnedSpread = 1e-6;
/** Constants of a fit without some rows lie no further from those with them, in their logarithm. */
const heldOutReach = 1.5;

/**
 * Fits constants through the simulator: each run is simulated as it was measured, under each trial
 * of the constants. @throws Error where no run can be simulated.
 */
export function fitDeployment(task: FitTask): DeploymentFit {
  const { problem, figures, predictionsAt, residualsOf } = deploymentProblem(task);
  const before = problem.residualsAt(problem.prior);
  const fit = scarceFit(problem);
  const { tangent } = fit;
  const told = posteriors(problem, tangent);
  const isWritten = (index: number) => told[index]?.isTold === true || isNews(task, index);
  // What rows don't tell of stays where it was, and the others are what they are beside that.
  const pinned = {
    ...problem,
    spread: problem.spread.map((spread, index) => (isWritten(index) ? spread : pinnedSpread)),
  };
  const logs = tangentMinimum(pinned, tangent, heldOutReach);
  const fitted = predictionsAt(logs);
  const logsWithout = (isOut: (run: MeasuredRun) => boolean) => {
    const weights = problem.weights.map((weight, row) => {
      const figure = figures[row];
      return figure !== undefined && isOut(figure.run) ? 0 : weight;
    });
    return tangentMinimum({ ...pinned, weights }, tangent, heldOutReach);
  };
  const inLogs = (residuals: Float64Array) =>
    residuals.map((residual, row) => residual * (figures[row]?.toleranceRatio ?? 1));
  const { end, evaluations, startLoss, loss } = fit;
  const deviations = told.map(({ deviation }) => deviation);
  return {
    ...{ end, evaluations, startLoss, loss, figures },
    numbers: numbersAt(task, logs, deviations).filter((_, index) => isWritten(index)),
    untold: keysOf(task, (index) => !isWritten(index)),
    atBound: keysOf(task, (index) => told[index]?.isAtBound === true),
    before: inLogs(before),
    after: inLogs(residualsOf(fitted)),
    without: (isOut) => numbersAt(task, logsWithout(isOut)).filter((_, index) => isWritten(index)),
    heldOut: (partOf) => {
      const predicted = new Map<MeasuredRun, Prediction>();
      for (const part of new Set([...fitted.keys()].map(partOf))) {
        const isIn = (run: MeasuredRun) => partOf(run) === part;
        for (const [run, prediction] of predictionsAt(logsWithout(isIn), isIn)) {
          predicted.set(run, prediction);
        }
      }
      return inLogs(residualsOf(predicted));
    },
  };
}

function keysOf({ scalars }: FitTask, isWanted: (index: number) => boolean): string[] {
  return scalars.flatMap(({ path }, index) => (isWanted(index) ? [path.join(".")] : []));
}

/** Whether the prior is not what the catalogue has: then even a constant that rows don't tell of is written. */
function isNews({ scalars }: FitTask, index: number): boolean {
  const { prior, standing = prior } = scalars[index] ?? { prior: 0 };
  return standing !== prior;
}
