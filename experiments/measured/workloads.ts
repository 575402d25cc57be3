import { meanOf, stdOf } from "./lengthSample.ts";
import type { MeasuredScenario } from "./measuredRun.ts";

type Workload = MeasuredScenario["workload"];

/** Prompts and outputs of fixed lengths, all there at once. */
export function batchOf(batch: number, tokens: { input: number; output: number }): Workload {
  return {
    arrivals: { kind: "all_at_once" },
    lengths: {
      input: { kind: "fixed", tokens: tokens.input },
      output: { kind: "fixed", tokens: tokens.output },
    },
    num_requests: batch,
  };
}

/**
 * Rounds of users who each ask once. The steady window leaves out the first and the last, so that
 * the window of eight more is what counts.
 */
const rounds = 10;
/** Few users finish too few requests in that many rounds for a mean. */
const fewestRequests = 96;

/** A closed loop that runs until its steady state is known. */
export function saturated(
  concurrency: number,
  lengths: { readonly inputTokens: number; readonly outputTokens: readonly number[] },
): Workload {
  return {
    arrivals: { kind: "closed_loop", concurrency },
    lengths: {
      input: { kind: "fixed", tokens: lengths.inputTokens },
      output: lognormal(lengths.outputTokens),
    },
    num_requests: saturatedRequests(concurrency),
  };
}

export function saturatedRequests(concurrency: number): number {
  return Math.max(fewestRequests, rounds * concurrency);
}

/** The law that has a sample's mean and spread: what a user writes who has no more than these. */
export function lognormal(sample: readonly number[]) {
  return { kind: "lognormal", mean: rounded(meanOf(sample)), std: rounded(stdOf(sample)) } as const;
}

/** Of answers that are meant to be equally long, either way. */
export const tokensApart = 8;

/**
 * Users of a closed loop whose answers are equally long ask in waves, which would double TTFT;
 * measured, it is as low as if answers ended some tokens apart, at every shape.
 */
export function nearlyFixed(tokens: number) {
  const apart = Math.min(tokensApart, tokens - 1);
  return { kind: "uniform", min: tokens - apart, max: tokens + apart } as const;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
