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
  readonly #blocksFor: (tokens: Tokens) => Blocks;

  constructor(capacityBlocks: Blocks, blocksFor: (tokens: Tokens) => Blocks) {
    this.#capacityBlocks = capacityBlocks;
    this.#blocksFor = blocksFor;
  }

  /** Takes what the request has cached. @throws SimulationError where it has no room, as vLLM does. */
  take(request: Request): void {
    const tokens = request.kvTokens;
    request.kvTokens = 0;
    this.#tokens.set(request, tokens);
    this.movedTokens += tokens;
    this.#usedBlocks += this.#blocksFor(tokens);
    if (this.#usedBlocks > this.#capacityBlocks) {
      throw new SimulationError(
        `out of swap space: ${this.#capacityBlocks} blocks in the host's memory do not hold ` +
          `${this.#usedBlocks} of preempted requests`,
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
    this.forget(request);
    request.kvTokens = tokens;
    this.movedTokens += tokens;
  }

  forget(request: Request): void {
    this.requests.remove(request);
    this.#usedBlocks -= this.#blocksFor(this.tokensOf(request));
    assert(this.#usedBlocks >= 0, "swapped blocks leak");
    this.#tokens.delete(request);
  }
}
