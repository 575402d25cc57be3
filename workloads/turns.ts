import { randomGeometric } from "d3-random";
import type { RandomSource } from "../sim/random.ts";
import { expectWhole, ParameterError } from "./parameterError.ts";

/** How many turns conversations have: all as many, or a geometric law with a mean. */
export type Turns = { readonly count: number } | { readonly mean: number };

export function turnLaw(turns: Turns, random: RandomSource): () => number {
  if ("count" in turns) {
    const { count } = turns;
    expectWhole("count", count);
    return () => count;
  }
  const { mean } = turns;
  if (!(mean >= 1 && mean < Infinity)) {
    throw new ParameterError("mean", { expected: "a number of 1 or more", found: mean });
  }
  return randomGeometric.source(random)(1 / mean);
}
