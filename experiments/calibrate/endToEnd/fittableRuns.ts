import type { OwnCalibration } from "../../../models/calibrationCatalogue.ts";
import { RunError } from "../../errors.ts";
import type { MeasuredRun } from "../../measured/measuredRun.ts";
import { tellsOfQueue } from "./figures.ts";
import { predictorOf } from "./predictor.ts";

export interface FittableRuns {
  readonly runs: readonly MeasuredRun[];
  /** One for each figure and each run that is left out, naming its line. */
  readonly leftOut: readonly string[];
}

/**
 * The part of a user's runs that a fit can use: figures that tell of something else than constants,
 * and runs that can't be simulated from the start, are left out by name.
 */
export function fittableRuns(
  measured: readonly MeasuredRun[],
  { gpuId, onRun }: { readonly gpuId: string; readonly onRun?: () => void },
): FittableRuns {
  const start = { file: "start", entry: { id: "start", base: null, gpus: [gpuId] } };
  const leftOut: string[] = [];
  const runs: MeasuredRun[] = [];
  for (const all of measured) {
    const run = { ...all, measured: all.measured.filter((one) => !tellsOfQueue(all, one)) };
    if (run.measured.length < all.measured.length) {
      const why = "TTFT of more than 64 users is mostly queueing and is not fitted";
      leftOut.push(`${run.source}: ${why}`);
    }
    if (run.measured.length === 0) continue;
    onRun?.();
    const refusal = refusalOf(run, start);
    if (refusal === undefined) runs.push(run);
    else leftOut.push(`${refusal}; the row is not fitted`);
  }
  return { runs, leftOut };
}

function refusalOf(run: MeasuredRun, start: OwnCalibration): string | undefined {
  try {
    const predictor = predictorOf(run, start);
    return typeof predictor === "function" ? undefined : `${run.source}: ${predictor.reason}`;
  } catch (error) {
    if (error instanceof RunError) return error.message;
    throw error;
  }
}
