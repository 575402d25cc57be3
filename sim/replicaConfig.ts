import type { Batcher } from "./batching/batcher.ts";
import type { PrefixSwitch } from "./kvCache/switchedMemory.ts";
import type { StepModel } from "./ports.ts";
import type { SchedulingPolicy } from "./queue/schedulingPolicies.ts";
import type { Blocks, ReplicaId, Tokens, Watts } from "./units.ts";

/** Speculative decoding: a draft proposes tokens, and one step verifies them all. */
export interface Speculation {
  /** Proposed for each sequence in each step. */
  readonly draftTokens: Tokens;
  /**
   * How many tokens the sequences of a replica emit in a step: 1 to draftTokens + 1. It is asked for
   * each sequence and step, and told how many steps the sequence has had.
   */
  readonly emissions: (id: ReplicaId) => (steps: number) => Tokens;
}

/** A second tier of the prefix cache. */
export interface Offloading {
  readonly blocks: Blocks;
  /** Tokens that the step model moves over the host's link in the time in which one is loaded. */
  readonly linkTokensPerToken: number;
}

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
  /** In its place, where that may change in the midst of the run. */
  readonly prefixSwitch?: PrefixSwitch | undefined;
  /** Where cached blocks go that the GPU has no room for; undefined: they are lost. */
  readonly offload?: Offloading | undefined;
  /** Order of admission, and who gives way; undefined: first come, first served. */
  readonly policy?: SchedulingPolicy | undefined;
  /** Blocks that stay free when a request is admitted; undefined: none. */
  readonly watermarkBlocks?: Blocks | undefined;
  /** Blocks in the host's memory that take what is preempted; undefined: it is computed again. */
  readonly swapBlocks?: Blocks | undefined;
  /** Requests that a step may leave waiting; the newest beyond them are rejected. undefined: any number. */
  readonly maxWaiting?: number | undefined;
  readonly speculation?: Speculation | undefined;
  /** Sequences as which each request decodes, samples or beams, and those that it returns; one. */
  readonly sequences?: { readonly decoded: number; readonly returned: number } | undefined;
  /** It prefills alone: whose first token is out is handed over to a replica that takes over. */
  readonly handsOver?: boolean | undefined;
  /** It decodes alone, so many sequences at most; undefined: it prefills. */
  readonly takesOver?: { readonly maxSeqs: number } | undefined;
  readonly gpus: number;
  /** What all its GPUs draw with the weights loaded and no step in flight. */
  readonly idleW: Watts;
  /** What they draw while it is down; undefined: as if it idled. */
  readonly downW?: Watts | undefined;
}
