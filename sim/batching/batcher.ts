import type { RequestView } from "../ports.ts";
import type { Seconds, Tokens } from "../units.ts";

/** A prompt on its way into the KV cache, as a batching policy sees it. */
export interface PromptView extends RequestView {
  readonly enqueuedS: Seconds;
  /** Tokens cached so far, and tokens at which the prefill is complete. */
  readonly kvTokens: Tokens;
  readonly prefillTarget: Tokens;
}

/** What a batching policy may see of a replica, and do to it, at a step boundary. */
export interface BatchingReplica {
  readonly nowS: Seconds;
  readonly decodingSeqs: number;
  /** Tokens that the decoding sequences compute in a step: one each without speculation. */
  readonly decodeTokens: Tokens;
  readonly runningSeqs: number;
  readonly waitingSeqs: number;
  /** Requests whose KV cache was moved to the host. */
  readonly swappedSeqs: number;
  readonly firstWaiting: PromptView | undefined;
  /** The first `count` of the queue, in order. */
  waitingPrompts(count: number): Iterable<PromptView>;
  /** The running request whose prompt is not yet whole in the cache. */
  readonly partialPrefill: PromptView | undefined;
  /** True when no request will come any more. */
  readonly sourceEnded: boolean;
  /** True when every decoding sequence has a KV slot for its next token. */
  canDecode(): boolean;
  /** Takes the KV cache from the running request that is the first to give way. */
  preempt(): void;
  /** Computes `tokens` more of the partial prefill in this step; false where no block is free. */
  continuePrefill(tokens: Tokens): boolean;
  /** Admits the head of the queue and computes up to `atMost` of it; tells how many, 0 where it can't. */
  admitFirst(atMost: Tokens): Tokens;
  /** The same where the whole of its prompt is to be computed in this step. */
  admitWhole(atMost: Tokens): Tokens;
  /** The same for a static batch: the prompt is padded to `tokens` first. */
  admitPadded(tokens: Tokens): boolean;
  /** Brings back the request that was swapped out first; false where too few blocks are free. */
  swapInFirst(): boolean;
  /** Stops the run: the message says what doesn't fit. */
  outOfMemory(reason: string): never;
}

/** How a replica forms the batch of its next step. */
export interface Batcher {
  /** Fills the step at a boundary. A replica left with nothing running stays idle. */
  form(replica: BatchingReplica): void;
  /** True when a request that arrives now at the head of the queue could join at the next boundary. */
  admitsMidRun(replica: BatchingReplica): boolean;
  /** Requests leave together, when the last one of the batch is done. */
  readonly holdsBatch: boolean;
  /** Decoding sequences sit out the steps that prefill. */
  readonly separatesPhases: boolean;
  /** When an unfilled batch must start, if the policy waits for more. */
  startsByS?(replica: BatchingReplica): Seconds | undefined;
}
