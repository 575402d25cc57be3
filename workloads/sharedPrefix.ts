import type { SharedText } from "../sim/ports.ts";
import type { RandomSource } from "../sim/random.ts";
import type { Tokens } from "../sim/units.ts";
import { type LengthPairs, withEach } from "./lengths/lengthPairs.ts";
import { expectWhole } from "./parameterError.ts";

/** System prompts that many requests begin with. */
export interface SharedPrefix {
  readonly tokens: Tokens;
  /** How many there are, each as likely; their text ids count from 0. */
  readonly groupCount: number;
}

/** Draws which of them a request, or a conversation, begins with. */
export function prefixes(
  { tokens, groupCount }: SharedPrefix,
  random: RandomSource,
): () => SharedText {
  expectWhole("tokens", tokens);
  expectWhole("groupCount", groupCount);
  return () => ({ textId: Math.floor(random() * groupCount), tokens });
}

/** Requests that each begin with a system prompt, to which their own lengths are added. */
export function withPrefix(pairs: LengthPairs, prefix: () => SharedText): LengthPairs {
  return withEach(pairs, (body) => {
    const text = prefix();
    return { ...body, promptTokens: text.tokens + body.promptTokens, shared: [text] };
  });
}
