import type { OwnCalibration } from "../../../models/calibrationCatalogue.ts";
import type { NaivePower } from "../../../models/naive.ts";
import { SimulationError } from "../../../sim/assert.ts";
import { RunError, UserError } from "../../errors.ts";
import type { MeasuredRun } from "../../measured/measuredRun.ts";
import { partResult } from "../../measured/partResult.ts";
import { type Part, partsOf, valuesOf } from "../../measured/simulateMeasured.ts";
import type { Result } from "../../report/result.ts";

/** A measured run under a calibration; null where it has no such figure. */
export interface Prediction {
  /** In the order of what was measured. */
  readonly values: readonly (number | null)[];
  /** Requests that the deployment turned away: where there are any it has no figures. */
  readonly rejected: number;
}

/** `naive` watts take the place of the power curve. */
export type Predictor = (calibration: OwnCalibration, naive?: NaivePower) => Prediction;

/** Why a run can't be simulated, in the words of whoever found out. */
export interface Refusal {
  readonly reason: string;
}

/**
 * The simulator as a function of the calibration: what does not depend on it is read once. A refusal
 * where the deployment can't be, or rejects what was asked of it.
 * @throws RunError that names the run's source where the deployment cannot go on; so may the predictor.
 */
export function predictorOf(run: MeasuredRun, start: OwnCalibration): Predictor | Refusal {
  try {
    const parts = partsOf(run);
    const predict: Predictor = (calibrationFile, naive) => {
      const own = parts.map(({ loaded, weight }) => ({
        weight,
        loaded: { ...loaded, calibrationFile },
      }));
      return predictionOf(run, own, naive);
    };
    const { values, rejected } = predict(start);
    if (values.some((value) => value !== null)) return predict;
    if (rejected > 0) return { reason: `${rejected} requests are longer than the context` };
    const names = run.measured.map(({ metric }) => metric).join(", ");
    return { reason: `too short a run for ${names}` };
  } catch (error) {
    if (error instanceof UserError) return { reason: error.message.replaceAll("\n", " ") };
    throw error;
  }
}

function predictionOf(run: MeasuredRun, parts: readonly Part[], naive?: NaivePower): Prediction {
  const results = parts.map((part) => simulated(run, part, naive));
  const rejected = results.reduce((sum, { requests }) => sum + requests.rejected, 0);
  if (rejected > 0) return { values: run.measured.map(() => null), rejected };
  return { values: valuesOf(run, parts, results), rejected };
}

function simulated(run: MeasuredRun, part: Part, naive?: NaivePower): Result {
  try {
    return partResult(part, naive);
  } catch (error) {
    if (error instanceof SimulationError) throw new RunError(`${run.source}: ${error.message}`);
    throw error;
  }
}
