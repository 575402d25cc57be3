import { curveKeys } from "../../../models/calibrationEntry.ts";
import { RunError } from "../../errors.ts";
import type { MeasuredRun } from "../../measured/measuredRun.ts";
import { metrics } from "../../measured/metrics.ts";
import { errorsOf } from "../../validate/errors.ts";
import type {
  CalibrateOptions,
  FigureErrors,
  MeasurementsCalibration,
  StackReport,
} from "../measurements/measurementsCalibration.ts";
import type { CalibratedNumber } from "../writeCalibration.ts";
import { figuresOf, latencyTolerances, powerTolerances } from "./figures.ts";
import { fittableRuns } from "./fittableRuns.ts";
import { type GroupFit, latencyFit, powerFit, scaleFit } from "./groupFit.ts";
import { ofMostWeight } from "./ofMostWeight.ts";
import { partsBySettings } from "./partsBySettings.ts";
import { fittedOn } from "./servedDrafts.ts";

/** As many rows as this tell the shape of a power curve; fewer scale the one that is known. */
const rowsOfCurve = 8;
/** In so many parts rows are left out to see how far the rest predicts them. */
const parts = 5;

type Options = Pick<CalibrateOptions, "gpuId" | "source"> & {
  /** Called before each simulation; may throw to stop the fit. */
  readonly onRun?: (doing: string) => void;
};

/**
 * Fits a user's measurements of one GPU, beside and from what the catalogue has of it.
 * @throws RunError where nothing is left to fit, with what was wrong with each row.
 */
export function fitMeasurements(
  measured: readonly MeasuredRun[],
  { gpuId, source, onRun }: Options,
): MeasurementsCalibration {
  const { runs, leftOut } = fittableRuns(measured, {
    gpuId,
    ...(onRun && { onRun: () => onRun("reading rows") }),
  });
  if (runs.length === 0) {
    throw new RunError([`${source}: no figure is left to fit`, ...leftOut].join("\n"));
  }
  const warnings = [...leftOut];
  const numbers: CalibratedNumber[] = [];
  const stacks: StackReport[] = [];
  const fits: GroupFit[] = [];
  const task = (doing: string, own: readonly MeasuredRun[]) => ({
    gpuId,
    runs: own,
    beside: [...numbers],
    source: `measured by the user: ${source}`,
    ...(onRun && { onRun: () => onRun(doing) }),
  });
  const keep = (what: string, own: readonly MeasuredRun[], { group, transferred }: Fitted) => {
    fits.push(group);
    numbers.push(...group.fit.numbers);
    stacks.push(reportOf(what, own, group, [...transferred, ...group.fit.untold]));
    if (group.fit.end === "spent") {
      warnings.push(`${what}: the fit stopped before it settled: its constants are worth less`);
    }
    for (const key of group.fit.atBound) warnings.push(`${what}: ${key} is at its bound`);
  };
  for (const stack of new Set(runs.map(({ scenario }) => scenario.engine.stack))) {
    const own = runs.filter(({ scenario }) => scenario.engine.stack === stack);
    const figures = figuresOf(own, latencyTolerances);
    if (figures.length > 0)
      keep(stack, own, timeOf(task(`${stack}: fitting times`, own), stack, figures.length));
  }
  for (const network of ["dense", "moe"] as const) {
    const own = runs.filter(({ isMoe }) => isMoe === (network === "moe"));
    const figures = figuresOf(own, powerTolerances);
    if (figures.length === 0) continue;
    keep(`power, ${network}`, own, wattsOf(task(`fitting watts`, own), network, figures.length));
  }
  const draft = {
    id: `${gpuId.toLowerCase()}-measured`,
    base: null,
    gpus: [gpuId],
    numbers,
    fittedOn: fittedOn(fits),
  };
  return { draft, rows: measured.length, stacks, warnings };
}

interface Fitted {
  readonly group: GroupFit;
  readonly transferred: readonly string[];
}

type Task = Parameters<typeof latencyFit>[0];

/** No more constants than rows tell of: those that time depends on the most. */
function timeOf(task: Task, stack: string, figures: number): Fitted {
  let transferred: readonly string[] = [];
  const group = latencyFit(task, stack, (all) => {
    const chosen = ofMostWeight(all, { count: figures, runs: task.runs });
    transferred = all
      .filter((scalar) => !chosen.includes(scalar))
      .map(({ path }) => path.join("."));
    return chosen;
  });
  return { group, transferred };
}

function wattsOf(task: Task, network: "dense" | "moe", figures: number): Fitted {
  if (figures >= rowsOfCurve) return { group: powerFit(task, network), transferred: [] };
  return { group: scaleFit(task, network), transferred: shapeOf(network) };
}

/** What a fit of the curve would find: networks with experts share the exponent of the others. */
function shapeOf(network: "dense" | "moe"): string[] {
  return network === "dense"
    ? [...curveKeys, "compute_exponent"].map((key) => `power.${key}`)
    : curveKeys.map((key) => `power.moe.${key}`);
}

function reportOf(
  what: string,
  runs: readonly MeasuredRun[],
  { fit }: GroupFit,
  transferred: readonly string[],
): StackReport {
  return {
    part: what,
    rows: runs.length,
    fitted: fit.numbers.map(({ path, value, standardError }) => ({
      key: path.join("."),
      value,
      standardError,
    })),
    transferred,
    errors: errorsByFigure(fit),
  };
}

function errorsByFigure(fit: GroupFit["fit"]): FigureErrors[] {
  const { figures, before, after } = fit;
  const partOf = partsBySettings([...new Set(figures.map(({ run }) => run))], parts);
  const heldOut = partOf && fit.heldOut((run) => partOf.get(run) ?? 0);
  const names = [...new Set(figures.map(({ metric }) => metrics[metric].quantity))];
  return names.map((figure) => {
    const of = (logs: Float64Array) =>
      errorsOf(
        figures.flatMap(({ metric }, row) =>
          metrics[metric].quantity === figure ? [Math.expm1(logs[row] ?? 0)] : [],
        ),
      );
    const [first, last, out] = [of(before), of(after), heldOut && of(heldOut)];
    return {
      figure,
      rows: last?.rows ?? 0,
      beforeMedianRatio: first?.medianRatio ?? Number.NaN,
      medianRatio: last?.medianRatio ?? Number.NaN,
      p90Ratio: last?.p90Ratio ?? Number.NaN,
      heldOutMedianRatio: out?.medianRatio ?? null,
      heldOutP90Ratio: out?.p90Ratio ?? null,
      biasRatio: last?.biasRatio ?? Number.NaN,
    };
  });
}
