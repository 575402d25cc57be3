import type { CalibrationEntry, FittedOn } from "../../models/calibrationEntry.ts";

/**
 * What was fitted on one GPU under one stack without some of its rows, so that these can be
 * predicted by constants that have not seen them; as experiments/measured/heldOut.yaml holds it.
 */
export interface HeldOutEntry {
  /** The catalogue's ids. */
  readonly gpu: string;
  readonly stack: string;
  /** What the fit did not see: an architecture as `architectureOf` names it, or one of the folds of rows. */
  readonly without: { readonly architecture: string } | { readonly fold: number };
  /** Its scalars of the stack, its power curve, or both. */
  readonly calibration: CalibrationEntry;
  /** The baseline: curves of MFU alone, fitted to the same rows; missing where no power curve was. */
  readonly mfu_curve?: {
    readonly dense?: MfuCurveEntry;
    readonly moe?: MfuCurveEntry;
  };
  /** What was fitted. */
  readonly metrics: readonly FittedOn["metric"][];
}

export interface MfuCurveEntry {
  readonly idle_w: number;
  readonly max_w: number;
  readonly knee_mfu: number;
  readonly exponent: number;
}
