import type { ReplicaConfig } from "../replicaConfig.ts";
import type { Blocks, Tokens } from "../units.ts";
import type { KvBlocks } from "./blocks.ts";

interface HeadroomReplica {
  readonly config: ReplicaConfig;
  readonly kv: KvBlocks;
  readonly step: number;
  readonly seqsPerRequest: number;
  readonly speculator: { readonly dueBlocks: Blocks } | undefined;
}

/** Free blocks of a replica that whoever wants some has to leave. */
export class Headroom {
  readonly #replica: HeadroomReplica;

  constructor(replica: HeadroomReplica) {
    this.#replica = replica;
  }

  /** What those who decode take in their next step. */
  get dueBlocks(): Blocks {
    const { speculator, kv, step } = this.#replica;
    return speculator?.dueBlocks ?? kv.blocksTaken(step, 1);
  }

  /** To a prompt that goes on: nothing where those who decode sit its step out. */
  get besidePrompts(): Blocks {
    return this.#replica.config.batcher.separatesPhases ? 0 : this.dueBlocks;
  }

  /** To a prompt that is admitted. */
  get besideNewPrompts(): Blocks {
    return this.#watermarkBlocks + this.besidePrompts;
  }

  /** To a request that comes back with so many tokens, and decodes at once. */
  besideReturning(tokens: Tokens): Blocks {
    const { config, kv, seqsPerRequest } = this.#replica;
    const draftTokens = config.speculation?.draftTokens ?? 0;
    const nextTokens = Math.min(config.maxModelLen, tokens + 1 + draftTokens);
    const takes = kv.blocksFor(nextTokens) - kv.blocksFor(tokens);
    return this.#watermarkBlocks + this.dueBlocks + seqsPerRequest * takes;
  }

  get #watermarkBlocks(): Blocks {
    return this.#replica.config.watermarkBlocks ?? 0;
  }
}
