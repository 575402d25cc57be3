import type { BatchLimits } from "../../models/engineDefaults.ts";
import type { Tokens } from "../../sim/units.ts";
import type { SchedulerName } from "./schema.ts";
import type { ScenarioSpec } from "./spec.ts";

/** Whether a prompt must be computed in one step. */
export function takesWholePrompts(scheduler: SchedulerName): boolean {
  return scheduler === "continuous" || scheduler === "orca";
}

/** vLLM v0's defaults (vllm/config.py and vllm/engine/arg_utils.py of 0.6). */
const defaultMaxSeqs = 256;
const smallestBudgetTokens = 2048;

type WholePromptKeys = Pick<ScenarioSpec["engine"], "maxSeqs" | "maxBatchedTokens">;

/** The batch of an engine whose longest context is known: its budget takes it, max(it, 2048). */
export function wholePromptLimits(
  { maxSeqs, maxBatchedTokens }: WholePromptKeys,
  contextTokens: Tokens,
): BatchLimits {
  const maxNumBatchedTokens = maxBatchedTokens ?? Math.max(contextTokens, smallestBudgetTokens);
  const maxNumSeqs = maxSeqs ?? Math.min(defaultMaxSeqs, maxNumBatchedTokens);
  return { maxNumSeqs, maxNumBatchedTokens };
}

/**
 * The longest context whose KV cache fits beside a step that takes it whole: the longer the prompt,
 * the more memory its step takes from the cache. `capacityWith` is 0 where not even a block fits.
 */
export function longestWholePrompt(
  keys: WholePromptKeys,
  positions: Tokens,
  capacityWith: (limits: BatchLimits) => Tokens,
): Tokens {
  let fitting = 1;
  let tooLong = positions + 1;
  while (tooLong - fitting > 1) {
    const middle = Math.floor((fitting + tooLong) / 2);
    if (capacityWith(wholePromptLimits(keys, middle)) >= middle) fitting = middle;
    else tooLong = middle;
  }
  return fitting;
}
