import type { Paint } from "../../report/paint.ts";
import { digits } from "../../report/quantity.ts";
import { table } from "../../report/table.ts";
import type {
  FigureErrors,
  MeasurementsCalibration,
  StackReport,
} from "./measurementsCalibration.ts";

interface TextOptions {
  readonly paint: Paint;
  /** Width of the screen; Infinity where nobody looks at one. */
  readonly columns: number;
  readonly gpu: string;
  /** Where the calibration is written. */
  readonly file: string;
}

/** For a terminal: what was found, how well it predicts, what to do with it. */
export function calibrationText(
  { rows, stacks }: MeasurementsCalibration,
  options: TextOptions,
): string {
  const { paint, gpu, file } = options;
  const title = `${paint.strong(gpu)} from ${counted(rows, "row")}: ${stacks
    .map(({ part }) => part)
    .join("; ")}`;
  const parts = [
    `${title}\n`,
    section("Constants", stacks.flatMap(constantRows), options),
    section("Errors of predictions, in % of what was measured", stacks.flatMap(errorRows), options),
    nextSteps(stacks, file),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

type Row = Readonly<Record<string, string | number | null>>;

function section(title: string, rows: readonly Row[], options: TextOptions): string {
  if (rows.length === 0) return "";
  return `${options.paint.accent(title)}\n${table(rows, options)}`;
}

function constantRows({ part, fitted, transferred }: StackReport): Row[] {
  const found = fitted.map(({ key, value, standardError }) => ({
    part,
    constant: key,
    value: digits(value),
    "std error": standardError === undefined ? null : `± ${digits(standardError)}`,
    kind: "fitted",
  }));
  const kept = transferred.map((key) => ({
    part,
    constant: key,
    value: null,
    "std error": null,
    kind: "transferred",
  }));
  return [...found, ...kept];
}

function errorRows({ part, errors }: StackReport): Row[] {
  return errors.map((error) => ({
    part,
    figure: error.figure,
    rows: error.rows,
    "before, median": percent(error.beforeMedianRatio),
    "after, median": percent(error.medianRatio),
    P90: percent(error.p90Ratio),
    bias: percent(error.biasRatio),
    "held out, median": percent(error.heldOutMedianRatio),
    "held out, P90": percent(error.heldOutP90Ratio),
  }));
}

function percent(ratio: number | null): number | null {
  return ratio === null ? null : Number((100 * ratio).toFixed(1));
}

function nextSteps(stacks: readonly StackReport[], file: string): string {
  const errors = stacks.flatMap(({ errors: own }) => own);
  const untested = errors.filter(({ heldOutMedianRatio }) => heldOutMedianRatio === null);
  const worse = errors.filter(isWorse);
  const kept = stacks.reduce((sum, { transferred }) => sum + transferred.length, 0);
  const lines = [
    ...(kept > 0 ? [`Too few rows tell of ${counted(kept, "constant")}, kept as before.`] : []),
    ...(untested.length > 0
      ? [`Nothing was held out of ${figures(untested)}: more rows would tell how far to trust it.`]
      : []),
    ...(worse.length > 0
      ? [`Held out, ${figures(worse)} is no better than before: look for a row that is off.`]
      : []),
    `Use it:   tokenwatt run my.yaml --set cluster.calibration=${file}`,
    `or write  cluster: { calibration: ${file} }  into a scenario.`,
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function isWorse({ heldOutMedianRatio, beforeMedianRatio }: FigureErrors): boolean {
  return heldOutMedianRatio !== null && heldOutMedianRatio >= beforeMedianRatio;
}

function figures(errors: readonly FigureErrors[]): string {
  return [...new Set(errors.map(({ figure }) => figure))].join(", ");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
