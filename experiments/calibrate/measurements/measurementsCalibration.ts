import type { MeasuredRun } from "../../measured/measuredRun.ts";
import type { CalibrationDraft } from "../writeCalibration.ts";

/** What measurements of one GPU came to. */
export interface MeasurementsCalibration {
  readonly draft: CalibrationDraft;
  /** Of the file. */
  readonly rows: number;
  readonly stacks: readonly StackReport[];
  readonly warnings: readonly string[];
}

/** How the constants of one stack, or of the power curve, were found, and how far predictions are off. */
export interface StackReport {
  /** A stack, or of the power curve "power, dense" and "power, moe". */
  readonly part: string;
  readonly rows: number;
  readonly fitted: readonly FittedConstant[];
  /** Constants that too few rows tell of: they stay as they were. */
  readonly transferred: readonly string[];
  readonly errors: readonly FigureErrors[];
}

export interface FittedConstant {
  /** As the calibration file names it, unit last. */
  readonly key: string;
  readonly value: number;
  readonly standardError: number | undefined;
}

/** Absolute errors of one figure as shares of what was measured; the bias is signed. */
export interface FigureErrors {
  readonly figure: string;
  readonly rows: number;
  /** With the catalogue's constants. */
  readonly beforeMedianRatio: number;
  readonly medianRatio: number;
  readonly p90Ratio: number;
  /** Of rows that were left out of the fit; null where there are too few to leave some out. */
  readonly heldOutMedianRatio: number | null;
  readonly heldOutP90Ratio: number | null;
  readonly biasRatio: number;
}

/** Fits the constants of a GPU under each stack of the runs. */
export type CalibrateMeasurements = (
  runs: readonly MeasuredRun[],
  options: CalibrateOptions,
) => Promise<MeasurementsCalibration>;

export interface CalibrateOptions {
  /** The GPU's id: what the written file speaks for. */
  readonly gpuId: string;
  /** What was measured, for the sources of the constants. */
  readonly source: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: CalibrationProgress) => void) | undefined;
}

export interface CalibrationProgress {
  /** As "vllm: fitting". */
  readonly doing: string;
  readonly done: number;
  readonly total: number;
}
