import type { Batcher } from "./batching/batcher.ts";
import type { StepModel } from "./ports.ts";
import type { SchedulingPolicy } from "./queue/schedulingPolicies.ts";
import type { Blocks, Tokens, Watts } from "./units.ts";

/** One tensor-parallel group: everything that a replica is before it meets requests. */
export interface ReplicaConfig {
  readonly stepModel: StepModel;
  readonly batcher: Batcher;
  /** Prompt and output together; a longer prompt is rejected, a longer output cut. */
  readonly maxModelLen: Tokens;
  readonly kvBlocks: Blocks;
  readonly blockSize: Tokens;
  /** Whole blocks of prompts stay cached for later ones; undefined: they don't. */
  readonly cachesPrefixes?: boolean | undefined;
  /** Order of admission, and who gives way; undefined: first come, first served. */
  readonly policy?: SchedulingPolicy | undefined;
  /** Blocks that stay free when a request is admitted; undefined: none. */
  readonly watermarkBlocks?: Blocks | undefined;
  /** Blocks in the host's memory that take what is preempted; undefined: it is computed again. */
  readonly swapBlocks?: Blocks | undefined;
  /** Requests that may wait; more of them are rejected. undefined: any number. */
  readonly maxWaiting?: number | undefined;
  readonly gpus: number;
  /** What all its GPUs draw with the weights loaded and no step in flight. */
  readonly idleW: Watts;
}
