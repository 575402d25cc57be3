import { assert } from "./assert.ts";
import type { KvBlocks } from "./kvCache/blocks.ts";
import type { Speculation } from "./replicaConfig.ts";
import type { Request } from "./request.ts";
import type { Blocks, ReplicaId, Tokens } from "./units.ts";

/** What a speculator sees of its replica. */
interface SpeculatingReplica {
  readonly id: ReplicaId;
  readonly step: number;
  readonly seqsPerRequest: number;
  readonly kv: KvBlocks;
  readonly config: { readonly maxModelLen: Tokens };
}

/** What speculation adds to a replica: room for tokens that may be rejected, and how many were not. */
export class Speculator {
  readonly #replica: SpeculatingReplica;
  readonly #draftTokens: Tokens;
  readonly #emitted: (steps: number) => Tokens;
  /** The decoding sequences, and the tokens for which each holds blocks. */
  readonly #reservedTokens = new Map<Request, Tokens>();
  /** Steps in which the tokens of each were verified, before it was preempted too. */
  readonly #steps = new WeakMap<Request, number>();
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
    for (const [request, reservedTokens] of this.#reservedTokens) {
      blocks += Math.max(0, kv.blocksFor(this.#needed(request)) - kv.blocksFor(reservedTokens));
    }
    // The sequences of a request are verified together and stay equally long.
    this.#dueBlocks = this.#replica.seqsPerRequest * blocks;
    return this.#dueBlocks;
  }

  /** A sequence decodes from now on; it holds blocks for what it has cached. */
  join(request: Request): void {
    this.#reservedTokens.set(request, request.kvTokens);
    this.#dueBlocks = undefined;
  }

  /** Tokens for which a decoding sequence holds blocks. */
  reservedTokensOf(request: Request): Tokens {
    return this.#reservedTokens.get(request) ?? this.#kvTokens(request);
  }

  /** It decodes no more, and holds no more than what it has cached. */
  leave(request: Request): void {
    const { kv, seqsPerRequest } = this.#replica;
    const reservedTokens = this.#reservedTokens.get(request);
    assert(reservedTokens !== undefined, `request ${request.id} does not decode`);
    const spare = kv.blocksFor(reservedTokens) - kv.blocksFor(this.#kvTokens(request));
    kv.giveBack(seqsPerRequest * spare);
    this.#reservedTokens.delete(request);
    this.#dueBlocks = undefined;
  }

  /** Takes the blocks of the step that is about to start. */
  reserve(): void {
    const isTaken = this.#replica.kv.tryTake(this.dueBlocks, 0);
    assert(isTaken, "a step that verifies drafts without KV blocks");
    for (const [request, reservedTokens] of this.#reservedTokens) {
      this.#reservedTokens.set(request, Math.max(reservedTokens, this.#needed(request)));
    }
  }

  /** Of a step's tokens: how many more than one a sequence emits that has room for `most` more. */
  accepted(request: Request, most: Tokens): Tokens {
    this.#dueBlocks = undefined;
    const steps = this.#steps.get(request) ?? 0;
    this.#steps.set(request, steps + 1);
    return Math.min(most, this.#emitted(steps) - 1);
  }

  /** The share of a sequence's work in a step that went into tokens that it did not emit. */
  wastedRatio(accepted: Tokens): number {
    return (this.#draftTokens - accepted) / (this.#draftTokens + 1);
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
