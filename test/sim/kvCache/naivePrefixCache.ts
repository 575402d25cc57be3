import type { Request } from "../../../sim/request.ts";

interface Block {
  /** Names its tokens and all that come before them; undefined: nothing that could be found. */
  hash: string | undefined;
  references: number;
}

/**
 * vLLM's BlockPool and KVCacheManager (v1), block by block: a hash for each whole block, counted
 * references, and a queue of free blocks from whose front new ones are taken, cached or not. A request
 * returns its blocks from the last to the first.
 */
export class NaivePrefixCache {
  readonly #blockSize: number;
  readonly #free: Block[];
  readonly #cached = new Map<string, Block[]>();
  readonly #held = new Map<Request, Block[]>();

  constructor(capacity: number, blockSize: number) {
    this.#blockSize = blockSize;
    this.#free = Array.from({ length: capacity }, () => ({ hash: undefined, references: 0 }));
  }

  get free(): number {
    return this.#free.length;
  }

  hitTokens(request: Request): number {
    return this.#blockSize * this.#hits(request).length;
  }

  /** Takes the blocks of an admitted request's first `toTokens` tokens: those hit, and new ones. */
  admit(request: Request, toTokens: number, keepFree: number): boolean {
    const hits = this.#hits(request);
    const idle = hits.filter(({ references }) => references === 0).length;
    const wanted = Math.ceil(toTokens / this.#blockSize) - hits.length;
    if (wanted + idle > this.#free.length - keepFree) return false;
    for (const block of hits) {
      if (block.references++ === 0) this.#free.splice(this.#free.indexOf(block), 1);
    }
    this.#held.set(request, hits);
    return this.extend(request, toTokens, keepFree);
  }

  extend(request: Request, toTokens: number, keepFree: number): boolean {
    const blocks = this.#held.get(request) ?? [];
    const wanted = Math.ceil(toTokens / this.#blockSize) - blocks.length;
    if (wanted > this.#free.length - keepFree) return false;
    for (let i = 0; i < wanted; i++) blocks.push(this.#takeFirst());
    const whole = Math.floor(toTokens / this.#blockSize);
    for (const [place, block] of blocks.slice(0, whole).entries()) {
      block.hash ??= this.#remember(hashOf(request, place, this.#blockSize), block);
    }
    return true;
  }

  release(request: Request): void {
    for (const block of this.#held.get(request)?.toReversed() ?? []) {
      if (--block.references === 0) this.#free.push(block);
    }
    this.#held.delete(request);
  }

  /** Whether the block after those that it holds is cached, so that vLLM would store it twice. */
  wouldDouble(request: Request): boolean {
    const held = this.#held.get(request)?.length ?? 0;
    const next = [held - 1, held, held + 1].map((place) => hashOf(request, place, this.#blockSize));
    const own = new Set(this.#held.get(request));
    return next.some((hash) => this.#cached.get(hash)?.some((block) => !own.has(block)) === true);
  }

  #hits(request: Request): Block[] {
    const most = Math.floor((request.prefillTarget - 1) / this.#blockSize);
    const hits: Block[] = [];
    for (let place = 0; place < most; place++) {
      const block = this.#cached.get(hashOf(request, place, this.#blockSize))?.[0];
      if (block === undefined) break;
      hits.push(block);
    }
    return hits;
  }

  #takeFirst(): Block {
    const block = this.#free.shift();
    if (block === undefined) throw new Error("no block is free");
    if (block.hash !== undefined) {
      const others = this.#cached.get(block.hash)?.filter((other) => other !== block) ?? [];
      if (others.length === 0) this.#cached.delete(block.hash);
      else this.#cached.set(block.hash, others);
    }
    block.hash = undefined;
    block.references = 1;
    return block;
  }

  #remember(hash: string, block: Block): string {
    this.#cached.set(hash, [...(this.#cached.get(hash) ?? []), block]);
    return hash;
  }
}

/** By the last text that has a token in the block; behind them all, by the request or the answered text. */
function hashOf(request: Request, place: number, blockSize: number): string {
  let tokens = 0;
  let last: number | undefined;
  for (const text of request.details.shared ?? []) {
    tokens += text.tokens;
    last = text.textId;
    if (Math.floor(tokens / blockSize) > place) return `${last}:${place}`;
  }
  return request.details.isContinued && last !== undefined
    ? `${last}:${place}`
    : `own ${request.id}:${place}`;
}
