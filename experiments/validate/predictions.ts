import { setImmediate } from "node:timers/promises";
import type { OwnCalibration } from "../../models/calibrationCatalogue.ts";
import type { MeasuredRun } from "../measured/measuredRun.ts";
import { metrics } from "../measured/metrics.ts";
import {
  type FittedCatalogue,
  type HeldOutPrediction,
  heldOutPredictions,
  isPredictedIn,
} from "../measured/regimes.ts";
import { type Simulated, simulateMeasured, stepConfigOfRun } from "../measured/simulateMeasured.ts";
import { type HeldOutRun, type Point, pointsOf } from "./points.ts";

interface PredictOptions {
  /** What the regimes are made of, in place of the catalogue's. */
  readonly catalogue?: FittedCatalogue | undefined;
  /** Aborting it rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Simulates a run as the catalogue has it, and in each regime that one of its figures has. */
export async function predictedPoints(
  run: MeasuredRun,
  { catalogue, signal }: PredictOptions,
): Promise<Point[]> {
  const shipped = await simulateMeasured(run, { signal });
  if (shipped.status === "refused") return pointsOf(run, shipped, []);
  const simulations = new Map<string, Simulated>([[constantsOf(run), shipped]]);
  const heldOutRuns: HeldOutRun[] = [];
  for (const heldOut of heldOutPredictions(run, catalogue)) {
    if (!hasFigure(run, heldOut)) continue;
    const { calibration } = heldOut;
    const constants = constantsOf(run, calibration);
    // Most runs are too short to give way by themselves.
    await setImmediate();
    const simulated =
      simulations.get(constants) ?? (await simulateMeasured(run, { calibration, signal }));
    simulations.set(constants, simulated);
    heldOutRuns.push({ heldOut, simulated });
  }
  return pointsOf(run, shipped, heldOutRuns);
}

function hasFigure({ measured }: MeasuredRun, heldOut: HeldOutPrediction): boolean {
  return measured.some(({ metric }) => isPredictedIn(heldOut, metrics[metric].rests));
}

/** All that a calibration does to a run: where it is the same, so is what is simulated. */
function constantsOf(run: MeasuredRun, own?: OwnCalibration): string {
  const { id: _, fittedOn: __, numbers: ___, ...constants } = stepConfigOfRun(run, own).calibration;
  return JSON.stringify(constants);
}
