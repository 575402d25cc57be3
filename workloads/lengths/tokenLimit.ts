import type { Tokens } from "../../sim/units.ts";

/** Turns draws into whole tokens, 1 to a limit. */
interface TokenLimit {
  cut(drawnTokens: number): Tokens;
  /** How many draws the limit has cut so far. */
  readonly cuts: number;
}

export function tokenLimit(limitTokens: Tokens): TokenLimit {
  let cuts = 0;
  return {
    cut(drawnTokens) {
      const tokens = Math.max(1, Math.round(drawnTokens));
      if (tokens <= limitTokens) return tokens;
      cuts++;
      return limitTokens;
    },
    get cuts() {
      return cuts;
    },
  };
}
