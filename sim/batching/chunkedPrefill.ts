import type { Tokens } from "../units.ts";
import type { Batcher, BatchingReplica } from "./batcher.ts";

export interface ChunkedPrefillLimits {
  readonly maxSeqs: number;
  readonly maxBatchedTokens: Tokens;
}

/**
 * vLLM v1: running requests first, decodes and the partial prefill alike, then waiting ones first
 * come first served, within the token budget. Nothing is admitted in a step that preempted.
 */
export function chunkedPrefill({ maxSeqs, maxBatchedTokens }: ChunkedPrefillLimits): Batcher {
  return {
    holdsBatch: false,
    admitsMidRun: (replica) => replica.runningSeqs < maxSeqs && replica.waitingSeqs === 0,
    form: (replica) => {
      let preempted = false;
      while (!replica.canDecode()) {
        replica.preemptLast();
        preempted = true;
      }
      let budget = maxBatchedTokens - replica.decodingSeqs;
      const partial = replica.partialPrefill;
      if (partial !== undefined && budget > 0) {
        const chunk = Math.min(budget, partial.prefillTarget - partial.kvTokens);
        if (replica.continuePrefill(chunk)) {
          budget -= chunk;
        } else {
          replica.preemptLast();
          preempted = true;
        }
      }
      if (!preempted) admitWaiting(replica, maxSeqs, budget);
    },
  };
}

function admitWaiting(replica: BatchingReplica, maxSeqs: number, budget: Tokens): void {
  let left = budget;
  while (left > 0 && replica.runningSeqs < maxSeqs) {
    const head = replica.firstWaiting;
    if (head === undefined) return;
    const chunk = Math.min(left, head.prefillTarget);
    if (!replica.admitFirst(chunk)) return;
    left -= chunk;
  }
}
