import type { OwnCalibration } from "../../../models/calibrationCatalogue.ts";
import type { Evidence } from "../../../models/evidence.ts";
import { type ErrorClass, errorClassOf, type Quantity } from "../../../models/uncertainty.ts";
import type { MeasuredRun } from "../../measured/measuredRun.ts";
import { metrics, type Rests } from "../../measured/metrics.ts";
import {
  type FittedCatalogue,
  type HeldOutPrediction,
  heldOutPredictions,
  isPredictedIn,
  type Regime,
} from "../../measured/regimes.ts";
import { simulateMeasured } from "../../measured/simulateMeasured.ts";
import {
  deploymentName,
  type HeldOutResidual,
  residualsOfRun,
} from "../residuals/heldOutResidual.ts";
import { isOfRanks } from "./selection.ts";

/** How far runs are from what is predicted of them in each regime, by constants that have not seen them. */
export async function heldOutResiduals(
  runs: readonly MeasuredRun[],
  catalogue: FittedCatalogue,
): Promise<HeldOutResidual[]> {
  const residuals: HeldOutResidual[] = [];
  for (const run of runs) {
    if (isOfRanks(run)) continue;
    const shipped = await simulateMeasured(run);
    if (shipped.status === "refused") continue;
    for (const heldOut of heldOutPredictions(run, catalogue)) {
      residuals.push(...(await residualsIn(run, heldOut)));
    }
    residuals.push(...(await untimedResiduals(run, catalogue)));
  }
  return residuals;
}

function residualsIn(run: MeasuredRun, heldOut: HeldOutPrediction): Promise<HeldOutResidual[]> {
  return residualsUnder(run, {
    calibration: heldOut.calibration,
    isWanted: (rests) => isPredictedIn(heldOut, rests),
    classOf: (quantity, evidence) => errorClassIn(heldOut.regime, quantity, evidence),
  });
}

/**
 * A GPU whose kernels nobody timed has those of its architecture: what its times would come to.
 * GPUs of the like-* files are in the same class, but have the kernels of a nearer card and err less.
 */
function untimedResiduals(
  run: MeasuredRun,
  { calibrations }: FittedCatalogue,
): Promise<HeldOutResidual[]> {
  const { gpu } = run.scenario.cluster;
  const over = calibrations.filter(({ gpus }) => !gpus.includes(gpu));
  const entry = { id: "untimed", base: null, gpus: [gpu] };
  return residualsUnder(run, {
    calibration: { file: `${gpu}, untimed`, entry, over },
    isWanted: (rests) => rests === "latency",
    classOf: () => "transferred",
  });
}

interface Prediction {
  readonly calibration: OwnCalibration;
  readonly isWanted: (rests: Rests) => boolean;
  readonly classOf: (quantity: Quantity, evidence: Evidence) => ErrorClass;
}

async function residualsUnder(
  run: MeasuredRun,
  { calibration, isWanted, classOf }: Prediction,
): Promise<HeldOutResidual[]> {
  const simulated = await simulateMeasured(run, { calibration });
  if (simulated.status === "refused") return [];
  const values = simulated.values.map((value, index) => {
    const metric = run.measured[index]?.metric;
    return metric !== undefined && isWanted(metrics[metric].rests) ? value : null;
  });
  return residualsOfRun(run, {
    values,
    classOf: (quantity) => classOf(quantity, simulated.evidence),
    group: run.architecture,
  }).map((residual) => ({ ...residual, group: groupOf(run, residual.class) }));
}

/** Without a fit of this GPU its watts are those of another one, and its times where its kernels are. */
function errorClassIn(regime: Regime, quantity: Quantity, evidence: Evidence): ErrorClass {
  if (regime !== "operators_only") return regime;
  const isOfWatts = quantity === "watts" || quantity === "energy";
  return isOfWatts ? "transferred" : errorClassOf(quantity, evidence);
}

/** Runs that err together. */
function groupOf(run: MeasuredRun, errorClass: ErrorClass): string {
  switch (errorClass) {
    case "transferred":
      return run.scenario.cluster.gpu;
    case "operators_only":
      return deploymentName(run);
    default:
      return run.architecture;
  }
}
