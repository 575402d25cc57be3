import type { Batcher } from "./batcher.ts";
import { type BatchLimits, makeRoom } from "./chunkedPrefill.ts";

/**
 * Orca's iteration-level scheduling (OSDI 2022): whole prompts join the step of those who decode, and
 * the budget of tokens is theirs alone.
 */
export function orca({ maxSeqs, maxBatchedTokens }: BatchLimits): Batcher {
  return {
    holdsBatch: false,
    separatesPhases: false,
    admitsMidRun: (replica) => replica.runningSeqs < maxSeqs,
    form: (replica) => {
      if (makeRoom(replica)) return;
      let budget = maxBatchedTokens;
      while (budget > 0 && replica.runningSeqs < maxSeqs && replica.waitingSeqs > 0) {
        const tokens = replica.admitWhole(budget);
        if (tokens === 0) return;
        budget -= tokens;
      }
    },
  };
}
