import type { MeasurementsCalibration } from "./measurementsCalibration.ts";

/** What the report is of. */
export interface Subject {
  readonly gpu: string;
  /** Paths, as the user names them. */
  readonly measurements: string;
  readonly calibration: string;
  /** Doubts about the measurements themselves. */
  readonly warnings: readonly string[];
}

/** The result as `--json` writes it: errors as shares, null for what is not known. */
export function calibrationReport({ stacks, warnings }: MeasurementsCalibration, subject: Subject) {
  return {
    schema: "tokenwatt/calibration@1",
    gpu: subject.gpu,
    measurements: subject.measurements,
    calibration: subject.calibration,
    stacks: stacks.map(({ part, rows, fitted, transferred, errors }) => ({
      part,
      rows,
      fitted: fitted.map(({ key, value, standardError }) => ({
        key,
        value,
        std_error: standardError ?? null,
      })),
      transferred,
      errors: errors.map((error) => ({
        figure: error.figure,
        rows: error.rows,
        before_median_ratio: error.beforeMedianRatio,
        median_ratio: error.medianRatio,
        p90_ratio: error.p90Ratio,
        held_out_median_ratio: error.heldOutMedianRatio,
        held_out_p90_ratio: error.heldOutP90Ratio,
        bias_ratio: error.biasRatio,
      })),
    })),
    warnings: [...subject.warnings, ...warnings],
  };
}
