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
  readonly runningSeqs: number;
  readonly waitingSeqs: number;
  readonly firstWaiting: PromptView | undefined;
  /** The first `count` of the queue, in order. */
  waitingPrompts(count: number): Iterable<PromptView>;
  /** The running request whose prompt is not yet whole in the cache: always the one admitted last. */
  readonly partialPrefill: PromptView | undefined;
  /** True when no request will come any more. */
  readonly sourceEnded: boolean;
  /** True when every decoding sequence has a KV slot for its next token. */
  canDecode(): boolean;
  /** Puts the request admitted last back at the head of the queue. */
  preemptLast(): void;
  /** Computes `tokens` more of the partial prefill in this step; false where no block is free. */
  continuePrefill(tokens: Tokens): boolean;
  /** Admits the head of the queue and computes `tokens` of it in this step; false likewise. */
  admitFirst(tokens: Tokens): boolean;
  /** The same for a static batch: the prompt is padded to `tokens` first. */
  admitPadded(tokens: Tokens): boolean;
  /** Stops the run: the message says what doesn't fit. */
  outOfMemory(reason: string): never;
}

/** How a replica forms the batch of its next step. Decoding sequences are in every step. */
export interface Batcher {
  /** Fills the step at a boundary. A replica left with nothing running stays idle. */
  form(replica: BatchingReplica): void;
  /** True when a request that arrives now could join at the next step boundary. */
  admitsMidRun(replica: BatchingReplica): boolean;
  /** Requests leave together, when the last one of the batch is done. */
  readonly holdsBatch: boolean;
  /** When an unfilled batch must start, if the policy waits for more. */
  startsByS?(replica: BatchingReplica): Seconds | undefined;
}
