import type { Seconds, Tokens } from "../units.ts";
import type { Batcher, BatchingReplica } from "./batcher.ts";

export interface StaticBatchLimits {
  readonly batchSize: number;
  /** Start an unfilled batch after this wait; undefined: only when no request will come any more. */
  readonly batchWaitS?: Seconds | undefined;
  /** Pad every prompt to at least this; undefined: to the longest of the batch. */
  readonly padToTokens?: Tokens | undefined;
  /** Prompt tokens, padding included, that memory holds while they are prefilled; undefined: any. */
  readonly maxPromptTokens?: Tokens | undefined;
}

/** Transformers' generate: an idle replica takes a whole batch, pads it, and runs it to its end. */
export function staticBatch(limits: StaticBatchLimits): Batcher {
  const startsByS = (replica: BatchingReplica): Seconds | undefined => {
    const head = replica.firstWaiting;
    if (head === undefined || limits.batchWaitS === undefined) return undefined;
    return head.enqueuedS + limits.batchWaitS;
  };
  return {
    holdsBatch: true,
    separatesPhases: false,
    admitsMidRun: () => false,
    startsByS,
    form: (replica) => {
      if (replica.runningSeqs > 0) {
        if (!replica.canDecode()) replica.outOfMemory("the batch has no room for its next tokens");
        return;
      }
      const full = replica.waitingSeqs >= limits.batchSize;
      const overdue = (startsByS(replica) ?? Number.POSITIVE_INFINITY) <= replica.nowS;
      if (full || overdue || replica.sourceEnded) admitBatch(replica, limits);
    },
  };
}

function admitBatch(replica: BatchingReplica, limits: StaticBatchLimits) {
  const { batchSize, padToTokens = 0, maxPromptTokens = Number.POSITIVE_INFINITY } = limits;
  const seqs = Math.min(batchSize, replica.waitingSeqs);
  let widthTokens = padToTokens;
  for (const prompt of replica.waitingPrompts(seqs)) {
    widthTokens = Math.max(widthTokens, prompt.prefillTarget);
  }
  if (seqs * widthTokens > maxPromptTokens) {
    replica.outOfMemory(
      `${seqs} prompts padded to ${widthTokens} tokens, where prefill has room for ${maxPromptTokens}`,
    );
  }
  for (let i = 0; i < seqs; i++) {
    if (!replica.admitPadded(widthTokens)) {
      replica.outOfMemory(`${seqs} prompts padded to ${widthTokens} tokens`);
    }
  }
}
