import type { RandomSource } from "../sim/random.ts";
import type { Tokens } from "../sim/units.ts";
import type { ArrivalProcess } from "./arrivals/arrivalProcess.ts";
import { arrivalProcess } from "./arrivals/arrivalProcesses.ts";
import type { LengthPairs } from "./lengths/lengthPairs.ts";
import { rankedLengths } from "./lengths/rankedLengths.ts";
import type { QuantileTable } from "./quantileTable.ts";

/** A built-in data set, as its YAML file says it: statistics, no raw rows. */
export interface DatasetEntry {
  readonly id: string;
  readonly title: string;
  /** `measured`: statistics of a trace; `fitted`: of laws fitted to published moments. */
  readonly basis: "measured" | "fitted";
  readonly source: string;
  readonly license: string;
  readonly summary: DatasetSummary;
  /** Null where the source is a list of lengths. */
  readonly arrivals: RenewalEntry | OnOffEntry | null;
  readonly quantiles: {
    readonly ratios: readonly number[];
    readonly input_tokens: readonly Tokens[];
    readonly output_tokens: readonly Tokens[];
  };
  readonly rank_counts: readonly (readonly number[])[];
}

/** What the source itself measures or prints; null where it doesn't. */
export interface DatasetSummary {
  readonly requests: number;
  readonly duration_s: number | null;
  readonly rate_rps: number | null;
  readonly cv: number | null;
  readonly input_tokens: LengthSummary;
  readonly output_tokens: LengthSummary;
  /** Pearson's, between input and output; null where one of the two never changes. */
  readonly correlation: number | null;
}

export interface LengthSummary {
  readonly mean: number;
  readonly std: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

interface ArrivalsEntry {
  /** What is assumed of them, for whoever uses them to know. */
  readonly caveat?: string;
}

interface RenewalEntry extends ArrivalsEntry {
  readonly kind: "renewal";
  readonly gamma_shape: number;
  readonly bin_s: number;
  readonly rates_rps: readonly number[];
}

interface OnOffEntry extends ArrivalsEntry {
  readonly kind: "on_off";
  readonly requests_per_burst: number;
  readonly pause_min_s: number;
  readonly pause_mean_s: number;
  readonly gaps: { readonly ratios: readonly number[]; readonly values_s: readonly number[] };
}

/** Enough for a run of a hundred bursts to have the rate of the source. */
const evenBursts = 32;

/** The data set's own arrival process; undefined where it has none. */
export function datasetArrivals(
  { arrivals }: DatasetEntry,
  random: RandomSource,
): ArrivalProcess | undefined {
  if (arrivals === null) return undefined;
  switch (arrivals.kind) {
    case "renewal": {
      const { gamma_shape: gammaShape, bin_s: binS, rates_rps: ratesPerS } = arrivals;
      return arrivalProcess({ kind: "renewal", gammaShape, binS, ratesPerS }, random);
    }
    case "on_off": {
      const { requests_per_burst: requestsPerBurst, gaps } = arrivals;
      const { pause_min_s: pauseMinS, pause_mean_s: pauseMeanS } = arrivals;
      const gapsS = { ratios: gaps.ratios, values: gaps.values_s };
      const onOff = { requestsPerBurst, gapsS, pauseMinS, pauseMeanS, evenBursts };
      return arrivalProcess({ kind: "onOff", ...onOff }, random);
    }
  }
}

/** Input and output drawn together, cut at the context: a prompt leaves room for one token. */
export function datasetLengths(
  entry: DatasetEntry,
  { random, maxModelLen }: { readonly random: RandomSource; readonly maxModelLen: Tokens },
): LengthPairs {
  const { input, output } = datasetQuantiles(entry);
  const limits = { promptTokens: Math.max(1, maxModelLen - 1), outputTokens: maxModelLen };
  return rankedLengths({ input, output, rankCounts: entry.rank_counts }, { random, limits });
}

/** Input and output each for itself: what `empirical` lengths draw from. */
export function datasetQuantiles({ quantiles }: DatasetEntry): {
  readonly input: QuantileTable;
  readonly output: QuantileTable;
} {
  const { ratios, input_tokens, output_tokens } = quantiles;
  return {
    input: { ratios, values: input_tokens },
    output: { ratios, values: output_tokens },
  };
}
