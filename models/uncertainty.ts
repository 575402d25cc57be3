import type { Section } from "./entry.ts";
import { choice, plainNumber, positive, section, text } from "./entry.ts";
import type { Evidence } from "./evidence.ts";

/** What a run is asked for; energy is joules per token, the product of watts and time. */
export const quantities = ["ttft", "tpot", "watts", "energy"] as const;
export type Quantity = (typeof quantities)[number];

/** How far a prediction is from what its constants were fitted to, the nearest first. */
export const errorClasses = [
  "interpolated",
  "new_architecture",
  "operators_only",
  "transferred",
] as const;
export type ErrorClass = (typeof errorClasses)[number];

export const networks = ["dense", "moe"] as const;
export type Network = (typeof networks)[number];

/** What predictions came to where the measurement was held out: an item of catalogue/residuals.yaml. */
export interface ResidualEntry {
  readonly id: string;
  readonly quantity: Quantity;
  readonly network: Network;
  readonly class: ErrorClass;
  readonly rows: number;
  /** Of rows that err together. */
  readonly groups: number;
  /** 10 % and 90 % quantiles of measured / predicted. */
  readonly low_ratio: number;
  readonly high_ratio: number;
  /** Share of the rows that lie between the quantiles of the other groups; null where too few are left. */
  readonly coverage_ratio: number | null;
  readonly kind: "measured";
  readonly source: string;
}

export type Interval = readonly [low: number, high: number];

/** What is predicted of which network, from what. */
export interface Prediction {
  readonly quantity: Quantity;
  readonly isMoe: boolean;
  readonly evidence: Evidence;
}

/**
 * Where 80 % of single measured runs lie, from what was measured over predicted where it was held
 * out; undefined where nothing is known. Predictions that were too low on most held-out rows have
 * an interval above them: it is about the measurement, and need not contain the prediction.
 */
export function interval80(
  residuals: readonly ResidualEntry[],
  prediction: Prediction,
  predicted: number,
): Interval | undefined {
  const known = residualOf(residuals, prediction);
  return known && [predicted * known.low_ratio, predicted * known.high_ratio];
}

/**
 * The narrowest of the prediction's class and of those farther from a fit: who knows more is not
 * less certain, and a nearer class is wider only where few groups tell of it.
 */
function residualOf(
  residuals: readonly ResidualEntry[],
  { quantity, isMoe, evidence }: Prediction,
): ResidualEntry | undefined {
  const network = isMoe ? "moe" : "dense";
  const alike = residuals.filter(
    (residual) => residual.quantity === quantity && residual.network === network,
  );
  const from = errorClasses.indexOf(errorClassOf(quantity, evidence));
  const [narrowest] = errorClasses
    .slice(from)
    .flatMap((wider) => alike.find((residual) => residual.class === wider) ?? [])
    .toSorted((a, b) => spreadRatio(a) - spreadRatio(b));
  return narrowest;
}

/** Rises with ln high - ln low, the width. */
function spreadRatio({ low_ratio, high_ratio }: ResidualEntry): number {
  return high_ratio / low_ratio;
}

/** Joules are no better known than the worse of time and watts. */
export function errorClassOf(quantity: Quantity, { latency, power }: Evidence): ErrorClass {
  // Under a stack that was never fitted here the basis is `transferred` either way: whose kernels
  // the times have decides.
  const isOwnTime = latency.support !== "operators_only" || latency.hasOwnKernels;
  const time = isOwnTime ? latency.support : "transferred";
  const isOwnCurve =
    power.support !== "operators_only" || power.basis === "fitted" || power.basis === "measured";
  const watts = isOwnCurve ? power.support : "transferred";
  switch (quantity) {
    case "ttft":
    case "tpot":
      return time;
    case "watts":
      return watts;
    case "energy":
      return errorClasses.indexOf(time) > errorClasses.indexOf(watts) ? time : watts;
  }
}

const keys = [
  ...["id", "quantity", "network", "class", "rows", "groups"],
  ...["low_ratio", "high_ratio", "coverage_ratio", "kind", "source"],
];

/** Reads a parsed entry strictly. `path` is how errors name it. */
export function residualFromEntry(entry: unknown, path: string): ResidualEntry {
  const file = section(entry, path, keys);
  const low = plainNumber(file, "low_ratio", positive);
  return {
    id: text(file, "id"),
    quantity: choice(file, "quantity", quantities),
    network: choice(file, "network", networks),
    class: choice(file, "class", errorClasses),
    rows: plainNumber(file, "rows", positive),
    groups: plainNumber(file, "groups", positive),
    low_ratio: low,
    high_ratio: plainNumber(file, "high_ratio", { ...positive, min: low }),
    coverage_ratio: coverageOf(file),
    kind: choice(file, "kind", ["measured"]),
    source: text(file, "source"),
  };
}

function coverageOf(file: Section): number | null {
  const isUnknown = file.values["coverage_ratio"] === null;
  return isUnknown ? null : plainNumber(file, "coverage_ratio", { min: 0, max: 1 });
}
