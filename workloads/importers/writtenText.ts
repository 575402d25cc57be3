import type { Tokens } from "../../sim/units.ts";

const charactersPerToken = 4;

/** The length of a text that no tokenizer has seen: English has about 4 characters a token. */
export function writtenTokens(text: string): Tokens {
  return Math.ceil(text.length / charactersPerToken);
}

export const writtenRemark =
  `the trace has texts: one token was counted for every ${charactersPerToken} characters, ` +
  "as in English; lengths by a tokenizer differ";
