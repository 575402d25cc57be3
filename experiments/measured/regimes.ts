import { hasExperts } from "../../models/architecture.ts";
import type { OwnCalibration } from "../../models/calibrationCatalogue.ts";
import type { CalibrationEntry, FittedOn } from "../../models/calibrationEntry.ts";
import { calibrationEntries } from "../../models/catalogue/calibrations.generated.ts";
import { isGoverned } from "../../models/dvfs.ts";
import type { Support } from "../../models/evidence.ts";
import type { StepConfig } from "../../models/matrices.ts";
import type { MfuCurve } from "../../models/naive.ts";
import { foldOf } from "./folds.ts";
import { heldOutEntries } from "./heldOut.generated.ts";
import type { HeldOutEntry, MfuCurveEntry } from "./heldOutEntry.ts";
import type { MeasuredRun } from "./measuredRun.ts";
import type { Rests } from "./metrics.ts";
import { stepConfigOfRun } from "./simulateMeasured.ts";

/** How far a prediction is from what its constants were fitted to, end to end. */
export type Regime = Support;

/** From the nearest to the widest. */
export const regimes = [
  "interpolated",
  "new_architecture",
  "operators_only",
] as const satisfies readonly Regime[];

/** How a measured run can be predicted by constants that were not fitted to it. */
export interface HeldOutPrediction {
  readonly regime: Regime;
  /** Takes the place of the catalogue's numbers. */
  readonly calibration: OwnCalibration;
  /** What the regime is true of: a figure that rests on anything else is not predicted in it. */
  readonly of: readonly FittedMetric[];
  /** Of MFU alone, fitted to the rows of networks of its kind that the power curve was fitted to. */
  readonly mfuCurve: MfuCurve | undefined;
}

type FittedMetric = FittedOn["metric"];

/** What there is to predict with. */
export interface FittedCatalogue {
  readonly calibrations: readonly CalibrationEntry[];
  readonly heldOut: readonly HeldOutEntry[];
}

const shipped: FittedCatalogue = { calibrations: calibrationEntries, heldOut: heldOutEntries };

/**
 * The regimes that exist for a run, the nearest first. What a regime lacks, such as watts where only
 * latency was fitted, comes from the next wider one that has it, so that nothing has seen the run.
 * @throws UserError where the catalogue or the models lack something.
 */
export function heldOutPredictions(
  run: MeasuredRun,
  catalogue: FittedCatalogue = shipped,
): HeldOutPrediction[] {
  const config = stepConfigOfRun(run);
  const sources = regimes.map((regime) => ({
    regime,
    latency: sourceOf({ run, config, regime, metric: "latency" }, catalogue),
    power: sourceOf({ run, config, regime, metric: "power" }, catalogue),
  }));
  const over = unserved(config, catalogue.calibrations);
  return sources.flatMap(({ regime, latency, power }, index) => {
    const of = [...(latency ? ["latency" as const] : []), ...(power ? ["power" as const] : [])];
    if (of.length === 0) return [];
    const wider = sources.slice(index);
    const stacks = wider.find((source) => source.latency)?.latency?.stacks ?? {};
    const watts = wider.find((source) => source.power)?.power?.power ?? {};
    const file = `${regime} of ${run.id}`;
    const entry = { id: regime, base: null, gpus: [config.gpu.id], stacks, power: watts };
    return [{ regime, calibration: { file, entry, over }, of, mfuCurve: power?.mfuCurve }];
  });
}

/** The files without those that runs on this GPU were fitted in. */
function unserved({ gpu }: StepConfig, entries: readonly CalibrationEntry[]): CalibrationEntry[] {
  return entries.filter(
    ({ gpus, fitted_on: runs }) => !(runs !== undefined && gpus.includes(gpu.id)),
  );
}

/** Whether the regime is true of all that a figure rests on. */
export function isPredictedIn({ of }: HeldOutPrediction, rests: Rests): boolean {
  switch (rests) {
    case "latency and power":
      return of.length === 2;
    case "memory":
      return false;
    default:
      return of.includes(rests);
  }
}

interface Asked {
  readonly run: MeasuredRun;
  readonly config: StepConfig;
  readonly regime: Regime;
  readonly metric: FittedMetric;
}

/** What runs were fitted to; nothing where none were. */
interface Source extends Pick<CalibrationEntry, "stacks" | "power"> {
  readonly mfuCurve?: MfuCurve;
}

/** undefined where the regime does not exist. */
function sourceOf(asked: Asked, catalogue: FittedCatalogue): Source | undefined {
  const { run, config, regime } = asked;
  const { calibrations } = catalogue;
  if (regime === "operators_only") return {};
  // No run under a cap or a locked clock is fitted.
  if (isGoverned(config)) return undefined;
  const fitted = fittedArchitectures(asked, calibrations);
  const isSeen = fitted.includes(run.architecture);
  if (regime === "interpolated") {
    return isSeen ? heldOutSource(asked, catalogue, { fold: foldOf(run.id) }) : undefined;
  }
  const others = fitted.filter((architecture) => architecture !== run.architecture);
  const isAnyAlike = others.some((architecture) => hasExperts(architecture) === run.isMoe);
  if (isAnyAlike && isSeen) {
    return heldOutSource(asked, catalogue, { architecture: run.architecture });
  }
  return isAnyAlike ? servedBy(config, calibrations) : undefined;
}

function servedBy({ gpu }: StepConfig, entries: readonly CalibrationEntry[]): Source {
  const served = entries.find(({ gpus, fitted_on: runs }) => runs && gpus.includes(gpu.id));
  return { stacks: served?.stacks ?? {}, power: served?.power ?? {} };
}

function fittedArchitectures(
  { config: { gpu, stack }, metric }: Asked,
  calibrations: FittedCatalogue["calibrations"],
): string[] {
  return calibrations
    .filter(({ gpus }) => gpus.includes(gpu.id))
    .flatMap(({ fitted_on: runs = [] }) => runs)
    .filter((run) => run.stack === stack.id && run.metric === metric)
    .map(({ architecture }) => architecture);
}

function heldOutSource(
  { run, config, regime, metric }: Asked,
  { heldOut }: FittedCatalogue,
  without: HeldOutEntry["without"],
): Source | undefined {
  const found = heldOut.find(
    (entry) =>
      entry.gpu === config.gpu.id &&
      entry.stack === config.stack.id &&
      entry.metrics.includes(metric) &&
      isSame(entry.without, without),
  );
  if (found === undefined) return undefined;
  const { calibration, mfu_curve: curves } = found;
  const curve = curves?.[run.isMoe ? "moe" : "dense"];
  const sawIt = calibration.fitted_on?.some(
    (fit) =>
      fit.metric === metric &&
      fit.stack === config.stack.id &&
      fit.architecture === run.architecture,
  );
  // With all rows of an architecture in one fold, nothing of it is left to interpolate from.
  if (regime === "interpolated" && sawIt === false) return undefined;
  const { stacks = {}, power = {} } = calibration;
  return { stacks, power, ...(curve && { mfuCurve: mfuCurveOf(curve) }) };
}

function isSame(one: HeldOutEntry["without"], other: HeldOutEntry["without"]): boolean {
  if ("fold" in one) return "fold" in other && one.fold === other.fold;
  return "architecture" in other && one.architecture === other.architecture;
}

function mfuCurveOf(curve: MfuCurveEntry): MfuCurve {
  const { idle_w: idleW, max_w: maxW, knee_mfu: kneeMfu, exponent } = curve;
  return { idleW, maxW, kneeMfu, exponent };
}
