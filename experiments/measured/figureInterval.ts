import type { Interval, Prediction, Quantity, ResidualEntry } from "../../models/uncertainty.ts";
import { interval80 } from "../../models/uncertainty.ts";
import { type MetricName, metrics } from "./metrics.ts";

/** Whose residuals a figure has: `isPerTime` where it falls as the quantity grows. */
interface ErrsAs {
  readonly quantity: Quantity;
  readonly isPerTime?: true;
}

/**
 * By the quantity of a metric. A static batch lasts about as long as its decode steps. Joules of one
 * phase err in another way than their sum, and requests in flight and memory rest on neither time
 * nor watts alone: they have no interval.
 */
const errsAs: Readonly<Record<string, ErrsAs>> = {
  TTFT: { quantity: "ttft" },
  "prompt time": { quantity: "ttft" },
  TPOT: { quantity: "tpot" },
  "batch latency": { quantity: "tpot" },
  throughput: { quantity: "tpot", isPerTime: true },
  watts: { quantity: "watts" },
  "watts at partial load": { quantity: "watts" },
  "J per output token": { quantity: "energy" },
  "J per example": { quantity: "energy" },
};

/** Where 80 % of measurements of a figure lie; undefined where nothing is known. */
export function figureInterval(
  residuals: readonly ResidualEntry[],
  { metric, ...of }: Omit<Prediction, "quantity"> & { readonly metric: MetricName },
  predicted: number,
): Interval | undefined {
  const as = errsAs[metrics[metric].quantity];
  if (as === undefined) return undefined;
  const prediction = { ...of, quantity: as.quantity };
  if (as.isPerTime !== true) return interval80(residuals, prediction, predicted);
  const times = interval80(residuals, prediction, 1 / predicted);
  return times && [1 / times[1], 1 / times[0]];
}

/**
 * ln(measured / predicted) of the quantity that a figure tells of; undefined where it tells of none.
 * Nor do joules whose times were not published: their fit of watts holds the errors of time as
 * well, which no prediction of joules does.
 */
export function figureResidual(
  metric: MetricName,
  { measured, predicted }: { readonly measured: number; readonly predicted: number },
): { readonly quantity: Quantity; readonly logRatio: number } | undefined {
  const as = errsAs[metrics[metric].quantity];
  if (as === undefined) return undefined;
  if (as.quantity === "energy" && metrics[metric].rests === "power") return undefined;
  const ratio = as.isPerTime === true ? predicted / measured : measured / predicted;
  return { quantity: as.quantity, logRatio: Math.log(ratio) };
}
