import { at } from "./at.ts";
import type { DatasetSummary, LengthSummary } from "./dataset.ts";
import type { TraceColumns } from "./importers/traceColumns.ts";

/** What a data set says of itself, of a trace; undefined where it has no such figure. */
export type TraceSummary = {
  readonly [Key in keyof DatasetSummary]: Key extends "requests" | "input_tokens" | "output_tokens"
    ? DatasetSummary[Key]
    : Exclude<DatasetSummary[Key], null> | undefined;
};

/** Rate and coefficient of variation are those of the gaps between arrivals. */
export function traceSummary(trace: TraceColumns): TraceSummary {
  const { promptTokens, outputTokens, arrivalS } = trace;
  return {
    requests: promptTokens.length,
    ...(arrivalS === undefined ? timeless : timesOf(arrivalS)),
    input_tokens: lengthsOf(promptTokens),
    output_tokens: lengthsOf(outputTokens),
    correlation: correlation(promptTokens, outputTokens),
  };
}

const timeless = { duration_s: undefined, rate_rps: undefined, cv: undefined };

function timesOf(arrivalS: Float64Array) {
  const durationS = at(arrivalS, arrivalS.length - 1);
  if (durationS === 0) return { ...timeless, duration_s: durationS };
  const gapsS = arrivalS.subarray(1).map((timeS, before) => timeS - at(arrivalS, before));
  const { mean, std } = momentsOf(gapsS);
  return { duration_s: durationS, rate_rps: 1 / mean, cv: std / mean };
}

function lengthsOf(tokens: Uint32Array): LengthSummary {
  const sorted = tokens.slice().sort();
  return {
    ...momentsOf(tokens),
    p50: quantile(sorted, 0.5),
    p90: quantile(sorted, 0.9),
    p99: quantile(sorted, 0.99),
    max: at(sorted, sorted.length - 1),
  };
}

/** Of the population; in two passes, so that nothing large is subtracted from what is as large. */
function momentsOf(values: Float64Array | Uint32Array): { mean: number; std: number } {
  const mean = sumOf(values, (value) => value) / values.length;
  const variance = sumOf(values, (value) => (value - mean) ** 2) / values.length;
  return { mean, std: Math.sqrt(variance) };
}

/** Pearson's; undefined where one of the two never changes. */
function correlation(a: Uint32Array, b: Uint32Array): number | undefined {
  const [ofA, ofB] = [momentsOf(a), momentsOf(b)];
  if (ofA.std === 0 || ofB.std === 0) return undefined;
  const products = sumOf(a, (value, row) => (value - ofA.mean) * (at(b, row) - ofB.mean));
  return products / a.length / (ofA.std * ofB.std);
}

/** Linear between the neighbours, as numpy does. */
function quantile(sorted: Uint32Array, ratio: number): number {
  const position = (sorted.length - 1) * ratio;
  const below = at(sorted, Math.floor(position));
  return below + (position - Math.floor(position)) * (at(sorted, Math.ceil(position)) - below);
}

function sumOf(
  values: Float64Array | Uint32Array,
  term: (value: number, row: number) => number,
): number {
  let sum = 0;
  for (let row = 0; row < values.length; row++) sum += term(at(values, row), row);
  return sum;
}
