import type { Seconds, Tokens } from "../sim/units.ts";
import { at } from "./at.ts";
import type { DatasetSummary } from "./dataset.ts";
import type { TraceColumns } from "./importers/traceColumns.ts";
import { type JointHistogram, jointHistogram } from "./jointHistogram.ts";
import { lengthCounts } from "./lengthCounts.ts";
import { coMoments, moments } from "./moments.ts";
import { type RateOverTime, rateOverTime } from "./rateOverTime.ts";

/** What a data set says of itself, of a trace; undefined where it has no such figure. */
export type TraceSummary = {
  readonly [Key in keyof DatasetSummary]: Key extends "requests" | "input_tokens" | "output_tokens"
    ? DatasetSummary[Key]
    : Exclude<DatasetSummary[Key], null> | undefined;
};

/** Requests in order of arrival, which need not be kept to be told of. */
export interface RequestsOfTrace {
  /** At least one. */
  readonly requests: Iterable<RequestOfTrace>;
  /** The time of the last, counted from the first; undefined where the trace has no times. */
  readonly durationS: Seconds | undefined;
}

interface RequestOfTrace {
  /** From the first on; 0 where the trace has no times. */
  readonly arrivalS: Seconds;
  readonly promptTokens: Tokens;
  readonly outputTokens: Tokens;
}

interface TraceStatistics {
  readonly summary: TraceSummary;
  /** Undefined where no time passes. */
  readonly rates: RateOverTime | undefined;
  readonly joint: JointHistogram;
}

/** All figures of a trace, in one pass that keeps no request. */
export function traceStatistics(
  { requests, durationS }: RequestsOfTrace,
  { rateBins }: { readonly rateBins: number },
): TraceStatistics {
  const inputs = lengthCounts();
  const outputs = lengthCounts();
  const both = coMoments();
  const joint = jointHistogram();
  const times = timeCounter(durationS, rateBins);
  let count = 0;
  for (const request of requests) {
    count++;
    inputs.add(request.promptTokens);
    outputs.add(request.outputTokens);
    both.add(request.promptTokens, request.outputTokens);
    joint.add(request);
    times?.add(request.arrivalS);
  }
  const [input, output] = [inputs.summary(), outputs.summary()];
  const spread = input.std * output.std;
  return {
    summary: {
      requests: count,
      duration_s: durationS,
      rate_rps: times?.ratePerS(),
      cv: times?.cv(),
      input_tokens: input,
      output_tokens: output,
      // Pearson's.
      correlation: spread === 0 ? undefined : both.covariance() / spread,
    },
    rates: times?.rates(),
    joint: joint.histogram(),
  };
}

/** The figures of a trace that is kept, without its pictures. */
export function traceSummary(trace: TraceColumns): TraceSummary {
  return traceStatistics(requestsOf(trace), { rateBins: 1 }).summary;
}

/** The requests of a trace that is kept. */
export function requestsOf(trace: TraceColumns): RequestsOfTrace {
  const { arrivalS, promptTokens, outputTokens } = trace;
  const startS = arrivalS?.at(0) ?? 0;
  const lastS = arrivalS?.at(-1);
  return { requests: rows(), durationS: lastS === undefined ? undefined : lastS - startS };

  function* rows(): Generator<RequestOfTrace> {
    for (let row = 0; row < promptTokens.length; row++) {
      yield {
        arrivalS: arrivalS === undefined ? 0 : at(arrivalS, row) - startS,
        promptTokens: at(promptTokens, row),
        outputTokens: at(outputTokens, row),
      };
    }
  }
}

/** Rate and coefficient of variation are those of the gaps between arrivals. */
function timeCounter(durationS: Seconds | undefined, rateBins: number) {
  // In no time, or next to none, there is no rate.
  if (durationS === undefined || !Number.isFinite(rateBins / durationS)) return undefined;
  const rates = rateOverTime(durationS, rateBins);
  const gaps = moments();
  let latestS: Seconds | undefined;
  return {
    add(arrivalS: Seconds): void {
      rates.add(arrivalS);
      if (latestS !== undefined) gaps.add(arrivalS - latestS);
      latestS = arrivalS;
    },
    ratePerS: () => 1 / gaps.mean,
    cv: () => gaps.std / gaps.mean,
    rates: rates.rates,
  };
}
