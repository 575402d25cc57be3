import type { Tokens } from "../sim/units.ts";

/** A guess of `draftTokens` tokens, each accepted with the same chance if those before it were. */
export interface Guess {
  /** Chance of each token, 0 to 1. */
  readonly acceptanceRatio: number;
  readonly draftTokens: Tokens;
}

/** Mean tokens of a step, the target's own included: 1 + a + ... + a^k (Eq. 1, arXiv 2211.17192). */
export function expectedTokensPerStep({ acceptanceRatio, draftTokens }: Guess): number {
  if (acceptanceRatio === 1) return draftTokens + 1;
  return (1 - acceptanceRatio ** (draftTokens + 1)) / (1 - acceptanceRatio);
}

/** Chances that a step emits 1, 2, ..., k + 1 tokens. */
export function tokensDistribution({ acceptanceRatio, draftTokens }: Guess): number[] {
  return Array.from({ length: draftTokens + 1 }, (_, accepted) =>
    accepted < draftTokens
      ? acceptanceRatio ** accepted * (1 - acceptanceRatio)
      : acceptanceRatio ** draftTokens,
  );
}

/** Tokens that one sequence emits in a step, 1 to k + 1, by a uniform number of [0, 1). */
export function tokensOfStep(uniform: number, { acceptanceRatio, draftTokens }: Guess): Tokens {
  // At least m are accepted with chance a^m.
  let tokens = 1;
  let reach = acceptanceRatio;
  while (tokens <= draftTokens && uniform < reach) {
    tokens++;
    reach *= acceptanceRatio;
  }
  return tokens;
}

/** The chance of each token that makes a step emit so many on average: the inverse, by halving. */
export function acceptanceRatioOf(meanTokens: number, draftTokens: Tokens): number {
  if (!(meanTokens >= 1 && meanTokens <= draftTokens + 1)) {
    throw new Error(`${draftTokens} drafted tokens cannot make ${meanTokens} of a step`);
  }
  let low = 0;
  let high = 1;
  // 53 halvings leave no number between.
  for (let halving = 0; halving < 53; halving++) {
    const acceptanceRatio = (low + high) / 2;
    if (expectedTokensPerStep({ acceptanceRatio, draftTokens }) < meanTokens) low = acceptanceRatio;
    else high = acceptanceRatio;
  }
  return high;
}
