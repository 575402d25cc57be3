import type { Tokens } from "../../sim/units.ts";
import type { LengthSampler } from "./lengthSampler.ts";

export interface Lengths {
  readonly promptTokens: Tokens;
  readonly outputTokens: Tokens;
}

/** The lengths of one request after the other, in the order in which the requests are issued. */
export interface LengthPairs {
  next(): Lengths;
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
