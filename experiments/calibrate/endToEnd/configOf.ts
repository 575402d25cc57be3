import type { OwnCalibration } from "../../../models/calibrationCatalogue.ts";
import type { StepConfig } from "../../../models/matrices.ts";
import { UserError } from "../../errors.ts";
import type { MeasuredRun } from "../../measured/measuredRun.ts";
import { partsOf } from "../../measured/simulateMeasured.ts";
import { stepConfigOf } from "../../scenario/hardware.ts";
import { scenarioSpec } from "../../scenario/spec.ts";

/** The deployments of runs under a calibration; those that can't be are left out. */
export function configsOf(
  runs: readonly MeasuredRun[],
  calibrationFile: OwnCalibration | undefined,
): StepConfig[] {
  return runs.flatMap((run) => {
    try {
      const [part] = partsOf(run);
      if (part === undefined) return [];
      const loaded = { ...part.loaded, calibrationFile };
      return [stepConfigOf(loaded, scenarioSpec(loaded.scenario))];
    } catch (error) {
      if (error instanceof UserError) return [];
      throw error;
    }
  });
}
