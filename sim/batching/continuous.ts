import type { Batcher, BatchingReplica } from "./batcher.ts";
import { type BatchLimits, makeRoom } from "./chunkedPrefill.ts";

/**
 * vLLM v0: a step is all prefill, of whole prompts and first, or all decode. Whoever was swapped out
 * comes back before a prompt is admitted, and in no step that preempted.
 */
export function continuous(limits: BatchLimits): Batcher {
  const { maxSeqs } = limits;
  return {
    holdsBatch: false,
    separatesPhases: true,
    admitsMidRun: (replica) => replica.runningSeqs < maxSeqs && replica.swappedSeqs === 0,
    form: (replica) => {
      if (replica.swappedSeqs === 0 && admitPrompts(replica, limits)) return;
      if (makeRoom(replica)) return;
      while (replica.swappedSeqs > 0 && replica.runningSeqs < maxSeqs && replica.swapInFirst());
    },
  };
}

function admitPrompts(
  replica: BatchingReplica,
  { maxSeqs, maxBatchedTokens }: BatchLimits,
): boolean {
  let budget = maxBatchedTokens;
  let admitted = false;
  while (budget > 0 && replica.runningSeqs < maxSeqs && replica.waitingSeqs > 0) {
    const tokens = replica.admitWhole(budget);
    if (tokens === 0) break;
    admitted = true;
    budget -= tokens;
  }
  return admitted;
}
