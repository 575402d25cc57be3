import type { KvBlocks } from "./kvCache/blocks.ts";
import type { Speculation } from "./replicaConfig.ts";
import type { Request } from "./request.ts";
import type { RequestList } from "./requestList.ts";
import type { Blocks, ReplicaId, Tokens } from "./units.ts";

/** What a speculator sees of its replica. */
interface SpeculatingReplica {
  readonly id: ReplicaId;
  readonly step: number;
  readonly kv: KvBlocks;
  readonly running: RequestList;
  readonly config: { readonly maxModelLen: Tokens };
}

/** What speculation adds to a replica: room for tokens that may be rejected, and how many were not. */
export class Speculator {
  readonly #replica: SpeculatingReplica;
  readonly #draftTokens: Tokens;
  readonly #emitted: (steps: number) => Tokens;
  #dueBlocks: Blocks | undefined;

  constructor(replica: SpeculatingReplica, { draftTokens, emissions }: Speculation) {
    this.#replica = replica;
    this.#draftTokens = draftTokens;
    this.#emitted = emissions(replica.id);
  }

  /** Blocks that the decoding sequences need for all tokens of their next step. */
  get dueBlocks(): Blocks {
    if (this.#dueBlocks !== undefined) return this.#dueBlocks;
    const { kv } = this.#replica;
    let blocks = 0;
    for (const request of this.#decoding()) {
      const held = Math.max(request.reservedTokens, this.#kvTokens(request));
      blocks += Math.max(0, kv.blocksFor(this.#needed(request)) - kv.blocksFor(held));
    }
    this.#dueBlocks = blocks;
    return blocks;
  }

  /** The set of decoding sequences has changed. */
  changed(): void {
    this.#dueBlocks = undefined;
  }

  /** Takes the blocks of the step that is about to start. */
  reserve(): void {
    this.#replica.kv.tryTake(this.dueBlocks, 0);
    for (const request of this.#decoding()) {
      request.reservedTokens = Math.max(request.reservedTokens, this.#needed(request));
    }
  }

  /** Of a step's tokens: how many more than one a sequence emits that has room for `most` more. */
  accepted(request: Request, most: Tokens): Tokens {
    return Math.min(most, this.#emitted(request.verifications++) - 1);
  }

  /** The share of a sequence's work in a step that went into tokens that it did not emit. */
  wastedRatio(accepted: Tokens): number {
    return (this.#draftTokens - accepted) / (this.#draftTokens + 1);
  }

  *#decoding(): Generator<Request> {
    for (const request of this.#replica.running) if (request.isDecoding) yield request;
  }

  #kvTokens({ kvOrigin }: Request): Tokens {
    return kvOrigin + this.#replica.step;
  }

  /** No slot lies beyond the model's length. */
  #needed(request: Request): Tokens {
    const { maxModelLen } = this.#replica.config;
    return Math.min(maxModelLen, this.#kvTokens(request) + 1 + this.#draftTokens);
  }
}
