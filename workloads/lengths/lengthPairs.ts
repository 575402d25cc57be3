import type { RequestSpec } from "../../sim/ports.ts";
import type { LengthSampler } from "./lengthSampler.ts";

/** What is asked, but for the time. */
export type RequestBody = Omit<RequestSpec, "arrivalS">;

/** How long one request after the other is, in the order in which they are issued, and of what. */
export interface LengthPairs {
  next(): RequestBody;
  /** How many prompts the limit has cut so far. */
  readonly promptCuts: number;
  readonly outputCuts: number;
}

/** Input and output that know nothing of each other. */
export interface IndependentLengths {
  readonly input: LengthSampler;
  readonly output: LengthSampler;
}

export function lengthPairs(lengths: LengthPairs | IndependentLengths): LengthPairs {
  if ("next" in lengths) return lengths;
  const { input, output } = lengths;
  return {
    next: () => ({ promptTokens: input.next(), outputTokens: output.next() }),
    get promptCuts() {
      return input.cuts;
    },
    get outputCuts() {
      return output.cuts;
    },
  };
}

/** The same requests with something added to each. */
export function withEach(
  pairs: LengthPairs,
  added: (body: RequestBody) => RequestBody,
): LengthPairs {
  return {
    next: () => added(pairs.next()),
    get promptCuts() {
      return pairs.promptCuts;
    },
    get outputCuts() {
      return pairs.outputCuts;
    },
  };
}
