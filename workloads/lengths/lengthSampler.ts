import type { RandomSource } from "../../sim/random.ts";
import type { Tokens } from "../../sim/units.ts";
import { type LengthKind, type LengthSpec, lengthLaw } from "./lengthLaws.ts";
import { tokenLimit } from "./tokenLimit.ts";

export interface LengthSampler {
  /** A whole number of tokens, at least 1. */
  next(): Tokens;
  /** How many lengths the limit has cut so far. */
  readonly cuts: number;
}

/**
 * Lengths of one law, cut at `limitTokens`; a fixed length is what its user said and is never cut.
 * A stream of its own for input and for output keeps the one the same where the other's law changes.
 * Throws a ParameterError where a parameter is out of range.
 */
export function lengthSampler<Kind extends LengthKind>(
  spec: LengthSpec<Kind>,
  { random, limitTokens }: { readonly random: RandomSource; readonly limitTokens: Tokens },
): LengthSampler {
  const law = lengthLaw(spec, random);
  const limit = tokenLimit(spec.kind === "fixed" ? Infinity : limitTokens);
  return {
    next: () => limit.cut(law()),
    get cuts() {
      return limit.cuts;
    },
  };
}
