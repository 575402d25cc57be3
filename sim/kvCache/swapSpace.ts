import { assert, SimulationError } from "../assert.ts";
import type { Request } from "../request.ts";
import { RequestList } from "../requestList.ts";
import type { Blocks, Tokens } from "../units.ts";

/** The KV cache of preempted requests in the host's memory, in the order in which they come back. */
export class SwapSpace {
  readonly requests = new RequestList();
  readonly #tokens = new Map<Request, Tokens>();
  /** Tokens that cross the link before the step that is being formed, or is in flight. */
  movedTokens: Tokens = 0;
  #usedBlocks: Blocks = 0;
  readonly #capacityBlocks: Blocks;
  readonly #blockSize: Tokens;
  /** Of each request: they share the whole blocks of its prompt here, too. */
  readonly #sequences: number;

  constructor(capacityBlocks: Blocks, blockSize: Tokens, sequences: number) {
    this.#capacityBlocks = capacityBlocks;
    this.#blockSize = blockSize;
    this.#sequences = sequences;
  }

  get usedBlocks(): Blocks {
    return this.#usedBlocks;
  }

  /** Takes what the request has cached. @throws SimulationError where it has no room, as vLLM does. */
  take(request: Request): void {
    const tokens = request.kvTokens;
    request.kvTokens = 0;
    this.#tokens.set(request, tokens);
    this.movedTokens += this.#movedBy(request);
    this.#usedBlocks += this.#blocksOf(request);
    if (this.#usedBlocks > this.#capacityBlocks) {
      throw new SimulationError(
        `the swap space is too small: its ${this.#capacityBlocks} blocks do not hold the ` +
          `${this.#usedBlocks} of preempted requests; a larger swap_space, or recomputation, would do`,
      );
    }
    this.requests.append(request);
  }

  /** Tokens whose keys and values wait here. */
  tokensOf(request: Request): Tokens {
    return this.#tokens.get(request) ?? 0;
  }

  /** Gives the cache back to the GPU, where the request has its blocks again. */
  giveBack(request: Request): void {
    const tokens = this.tokensOf(request);
    this.movedTokens += this.#movedBy(request);
    this.forget(request);
    request.kvTokens = tokens;
  }

  forget(request: Request): void {
    this.requests.remove(request);
    this.#usedBlocks -= this.#blocksOf(request);
    assert(this.#usedBlocks >= 0, "swapped blocks leak");
    this.#tokens.delete(request);
  }

  /** Of all sequences of a request. */
  #movedBy(request: Request): Tokens {
    const tokens = this.tokensOf(request);
    return tokens + (this.#sequences - 1) * (tokens - this.#sharedTokens(request));
  }

  #blocksOf(request: Request): Blocks {
    const blocks = Math.ceil(this.tokensOf(request) / this.#blockSize);
    const sharedBlocks = this.#sharedTokens(request) / this.#blockSize;
    return blocks + (this.#sequences - 1) * (blocks - sharedBlocks);
  }

  /** Whole blocks of the prompt. */
  #sharedTokens({ prefillTarget }: Request): Tokens {
    return prefillTarget - (prefillTarget % this.#blockSize);
  }
}
