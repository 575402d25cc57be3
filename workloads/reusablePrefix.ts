import type { Tokens } from "../sim/units.ts";
import { at } from "./at.ts";
import { sharedTexts } from "./importers/sharedColumns.ts";
import type { TraceColumns } from "./importers/traceColumns.ts";

/**
 * The share of a trace's prompt tokens that a cache which forgets nothing holds already when their
 * request comes; undefined where the trace does not say what prompts have in common.
 */
export function reusablePrefixRatio({ promptTokens, shared }: TraceColumns): number | undefined {
  if (shared === undefined) return undefined;
  /** How much of each text has been seen: a prompt may have ended within it. */
  const seen = new Map<number, Tokens>();
  let reusableTokens = 0;
  let allTokens = 0;
  for (let request = 0; request < promptTokens.length; request++) {
    const tokens = at(promptTokens, request);
    allTokens += tokens;
    let isPrefix = true;
    for (const text of sharedTexts(shared, { row: request, promptTokens: tokens })) {
      const seenTokens = seen.get(text.textId) ?? 0;
      if (isPrefix) reusableTokens += Math.min(text.tokens, seenTokens);
      isPrefix &&= seenTokens >= text.tokens;
      if (text.tokens > seenTokens) seen.set(text.textId, text.tokens);
    }
  }
  return reusableTokens / allTokens;
}
