import type { Tokens } from "../units.ts";
import type { Batcher, BatchingReplica } from "./batcher.ts";

export interface BatchLimits {
  readonly maxSeqs: number;
  readonly maxBatchedTokens: Tokens;
}

/**
 * vLLM v1: running requests first, decodes and the partial prefill alike, then waiting ones in the
 * order of the queue, within the token budget. Nothing is admitted in a step that preempted.
 */
export function chunkedPrefill({ maxSeqs, maxBatchedTokens }: BatchLimits): Batcher {
  return {
    holdsBatch: false,
    separatesPhases: false,
    admitsMidRun: (replica) => replica.runningSeqs < maxSeqs,
    form: (replica) => {
      let preempted = makeRoom(replica);
      let budget = maxBatchedTokens - replica.decodeTokens;
      while (replica.partialPrefill !== undefined && budget > 0) {
        const { prefillTarget, kvTokens } = replica.partialPrefill;
        const chunk = Math.min(budget, prefillTarget - kvTokens);
        if (replica.continuePrefill(chunk)) {
          budget -= chunk;
          break;
        }
        replica.preempt();
        preempted = true;
      }
      if (preempted) return;
      while (budget > 0 && replica.runningSeqs < maxSeqs && replica.waitingSeqs > 0) {
        const tokens = replica.admitFirst(budget);
        if (tokens === 0) return;
        budget -= tokens;
      }
    },
  };
}

/** Preempts until every decoding sequence has a slot for its next token; tells whether it had to. */
export function makeRoom(replica: BatchingReplica): boolean {
  let preempted = false;
  while (!replica.canDecode()) {
    replica.preempt();
    preempted = true;
  }
  return preempted;
}
