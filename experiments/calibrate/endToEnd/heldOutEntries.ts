import type { MfuCurve } from "../../../models/naive.ts";
import { foldOf, folds } from "../../measured/folds.ts";
import type { HeldOutEntry, MfuCurveEntry } from "../../measured/heldOutEntry.ts";
import type { MeasuredRun } from "../../measured/measuredRun.ts";
import { calibrationEntryOf } from "../writeCalibration.ts";
import type { EndToEndFits } from "./calibrateEndToEnd.ts";
import type { GroupFit } from "./groupFit.ts";
import type { MfuCurveFit } from "./mfuCurve.ts";
import { fittedOn } from "./servedDrafts.ts";

/**
 * The constants of each GPU and stack as fitted without each architecture, and without each fold of
 * rows: what `validate` predicts those with.
 */
export function heldOutEntries(endToEnd: EndToEndFits): HeldOutEntry[] {
  return deploymentsOf(endToEnd).flatMap((deployment) => {
    const { stack, fits: own } = deployment;
    const architectures = new Set(
      own.flatMap(({ fit }) =>
        fit.figures
          .filter(({ run }) => run.scenario.engine.stack === stack)
          .map(({ run }) => run.architecture),
      ),
    );
    const withouts: HeldOutEntry["without"][] = [
      ...[...architectures].sort().map((architecture) => ({ architecture })),
      ...Array.from({ length: folds }, (_, fold) => ({ fold })),
    ];
    return withouts.map((without) => heldOutEntry(deployment, without));
  });
}

/** The full fit's numbers say of which rows. */
const source = "as fitted without some rows";

interface Deployment {
  readonly gpu: string;
  readonly stack: string;
  /** Of the stack's scalars and of the GPU's power curves. */
  readonly fits: readonly GroupFit[];
  readonly mfuCurves: readonly MfuCurveFit[];
}

/** The scalars of a joint fit are those of one stack. */
function metricsUnder({ stack: own, metrics }: GroupFit, stack: string): GroupFit["metrics"] {
  return own === undefined || own === stack ? metrics : metrics.filter((name) => name === "power");
}

function deploymentsOf({ fits, mfuCurves }: EndToEndFits): Deployment[] {
  const names = new Map<string, { gpu: string; stack: string }>();
  for (const { gpu, stack: own, fit } of fits) {
    const stacks = fit.figures.map(({ run }) => run.scenario.engine.stack);
    for (const stack of own === undefined ? stacks : [own, ...stacks]) {
      names.set(`${gpu}|${stack}`, { gpu, stack });
    }
  }
  return [...names.keys()].sort().flatMap((key) => {
    const name = names.get(key);
    if (name === undefined) return [];
    const own = fits.filter(
      ({ gpu, stack, metrics }) =>
        gpu === name.gpu && (stack === name.stack || metrics.includes("power")),
    );
    const curves = mfuCurves.filter(({ gpu }) => gpu === name.gpu);
    return [{ ...name, fits: own, mfuCurves: curves }];
  });
}

function heldOutEntry(
  { gpu, stack, fits: own, mfuCurves }: Deployment,
  without: HeldOutEntry["without"],
): HeldOutEntry {
  const isOut = (run: MeasuredRun) =>
    "fold" in without ? foldOf(run.id) === without.fold : run.architecture === without.architecture;
  const kept = own.flatMap((group) => {
    const { fit } = group;
    const figures = fit.figures.filter(({ run }) => !isOut(run));
    return figures.length === 0 ? [] : [{ ...group, fit: { ...fit, figures } }];
  });
  const draft = {
    id: `${gpu.toLowerCase()}-${stack}-held-out`,
    base: null,
    gpus: [gpu],
    numbers: own.flatMap(({ fit }) => fit.without(isOut)).map((number) => ({ ...number, source })),
    fittedOn: fittedOn(kept),
  };
  const metrics = [...new Set(kept.flatMap((group) => metricsUnder(group, stack)))];
  const curves = mfuCurves.filter(({ fit }) => fit.figures.some(({ run }) => !isOut(run)));
  return {
    gpu,
    stack,
    without,
    calibration: calibrationEntryOf(draft),
    ...(curves.length > 0 && {
      mfu_curve: Object.fromEntries(
        curves.map((curve) => [curve.network, mfuCurveEntry(curve.without(isOut))]),
      ),
    }),
    metrics,
  };
}

function mfuCurveEntry({ idleW, maxW, kneeMfu, exponent }: MfuCurve): MfuCurveEntry {
  const digits = (value: number) => Number(value.toPrecision(4));
  return {
    idle_w: idleW,
    max_w: digits(maxW),
    knee_mfu: digits(kneeMfu),
    exponent: digits(exponent),
  };
}
