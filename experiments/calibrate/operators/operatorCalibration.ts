import type { CalibratedNumber } from "../writeCalibration.ts";
import type { FitReport } from "./report.ts";

/** What operator tables say of a GPU. */
export interface OperatorCalibration {
  readonly gpu: string;
  /** The calibration whose other numbers it keeps. */
  readonly base: string;
  readonly numbers: readonly CalibratedNumber[];
  readonly reports: readonly FitReport[];
}
