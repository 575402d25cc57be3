import { assert } from "../assert.ts";
import type { Request } from "../request.ts";
import type { Blocks, Tokens } from "../units.ts";
import type { KvBlocks } from "./blocks.ts";
import { IdleBlocks, type IdleRun } from "./idleBlocks.ts";
import type { Leaving, PromptMemory } from "./promptMemory.ts";

/** The whole blocks that end in one shared text, from its beginning on. */
interface CachedText {
  blocks: Blocks;
  /** Running requests whose prompts reach into it. */
  holders: number;
  /** Where its blocks lie while nobody holds them. */
  idle: IdleRun | undefined;
}

/** A shared text of one prompt, in blocks. */
interface Span {
  readonly textId: number;
  /** Blocks of the prompt before it. */
  readonly from: Blocks;
  readonly blocks: Blocks;
}

/** What a request has to do with the cache. */
interface Holding {
  readonly spans: readonly Span[];
  readonly sharedBlocks: Blocks;
  /** Spans that it holds, the first ones. */
  held: number;
  /** Whole blocks of its own that it left behind when it was preempted. */
  own: IdleRun | undefined;
}

/**
 * vLLM's prefix caching: whole blocks stay cached when their request leaves, and are lost in the
 * order of last use, the end of a prompt before its beginning, when someone needs room. A prompt hits
 * the blocks of its texts up to the first that is missing, and always computes its last token. While
 * anybody holds a text, all of its cached blocks stay.
 */
export class PrefixCache implements PromptMemory {
  readonly #kv: KvBlocks;
  readonly #texts = new Map<number, CachedText>();
  readonly #idle = new IdleBlocks();
  readonly #holdings = new Map<Request, Holding>();

  constructor(kv: KvBlocks) {
    this.#kv = kv;
    kv.onTake = (free) => this.#idle.trim(free);
  }

  hitTokens(request: Request): Tokens {
    const holding = this.#holdingOf(request);
    let blocks: Blocks = 0;
    for (const span of holding.spans) {
      const cached = this.#texts.get(span.textId)?.blocks ?? 0;
      blocks += Math.min(cached, span.blocks);
      if (cached < span.blocks) break;
    }
    if (blocks === holding.sharedBlocks) blocks += holding.own?.blocks ?? 0;
    const { blockSize } = this.#kv;
    return blockSize * Math.min(blocks, Math.floor((request.prefillTarget - 1) / blockSize));
  }

  tryExtend(request: Request, toTokens: Tokens, keepFree: Blocks): boolean {
    const holding = this.#holdingOf(request);
    const whole = Math.floor(toTokens / this.#kv.blockSize);
    const own = this.#ownBlocks(holding, toTokens) - this.#ownBlocks(holding, request.kvTokens);
    let wanted = own;
    for (let i = 0; i < holding.spans.length; i++) {
      const span = holding.spans[i];
      const reach = span === undefined ? 0 : Math.min(span.blocks, whole - span.from);
      if (span === undefined || reach <= 0) break;
      const text = this.#texts.get(span.textId);
      const cached = text?.blocks ?? 0;
      // Cached blocks that nobody holds are free until then.
      wanted += Math.max(0, reach - cached) + (text?.idle === undefined ? 0 : cached);
    }
    if (wanted > this.#kv.free - keepFree) return false;
    this.#hold(holding, whole);
    if (holding.own !== undefined) this.#idle.remove(holding.own);
    holding.own = undefined;
    return this.#kv.tryTake(wanted, keepFree);
  }

  release(request: Request, leaving: Leaving): void {
    const holding = this.#holdingOf(request);
    // What is freed first is evicted first: the end of the request before its beginning.
    let freed = this.#ownBlocks(holding, request.kvTokens);
    if (leaving === "ended") freed -= this.#keepAnswer(request, holding);
    if (leaving === "preempted") this.#keepOwn(request, holding, freed);
    else if (freed > 0) this.#idle.append(freed);
    while (holding.held > 0) {
      holding.held--;
      freed += this.#letGo(holding.spans[holding.held]);
    }
    this.#kv.giveBack(freed);
    if (leaving === "ended") this.#holdings.delete(request);
  }

  /** Takes hold of the texts that reach into the first `whole` blocks, which are cached from now on. */
  #hold(holding: Holding, whole: Blocks): void {
    for (const [index, { textId, from, blocks }] of holding.spans.entries()) {
      const reach = Math.min(blocks, whole - from);
      if (reach <= 0) return;
      const text = this.#texts.get(textId) ?? { blocks: 0, holders: 0, idle: undefined };
      this.#texts.set(textId, text);
      if (index >= holding.held) {
        text.holders++;
        holding.held = index + 1;
        if (text.idle !== undefined) this.#idle.remove(text.idle);
        text.idle = undefined;
      }
      text.blocks = Math.max(text.blocks, reach);
    }
  }

  /** Blocks that nobody holds any more. */
  #letGo(span: Span | undefined): Blocks {
    const text = span && this.#texts.get(span.textId);
    assert(span !== undefined && text !== undefined, "a shared text is let go that nobody holds");
    text.holders--;
    if (text.holders > 0) return 0;
    text.idle = this.#idle.append(text.blocks, (evicted) => {
      text.blocks -= evicted;
      if (text.blocks === 0) this.#texts.delete(span.textId);
    });
    return text.blocks;
  }

  /** A conversation goes on: its answer is cached behind its last text. Tells of how many blocks. */
  #keepAnswer(request: Request, { spans, sharedBlocks, held }: Holding): Blocks {
    const last = spans[spans.length - 1];
    const text = last && this.#texts.get(last.textId);
    if (request.spec.isContinued !== true || held < spans.length || last === undefined) return 0;
    assert(text !== undefined, "a shared text is held that is not cached");
    const whole = Math.floor(request.kvTokens / this.#kv.blockSize) - sharedBlocks;
    const added = Math.max(0, last.blocks + whole - text.blocks);
    text.blocks += added;
    return added;
  }

  /** Its whole blocks can be hit when it is admitted again, until they are evicted. */
  #keepOwn(request: Request, holding: Holding, own: Blocks): void {
    const { sharedBlocks } = holding;
    const whole = Math.max(0, Math.floor(request.kvTokens / this.#kv.blockSize) - sharedBlocks);
    if (own > whole) this.#idle.append(own - whole);
    if (whole === 0) return;
    const run = this.#idle.append(whole, (evicted) => {
      if (evicted === run.blocks) holding.own = undefined;
    });
    holding.own = run;
  }

  #holdingOf(request: Request): Holding {
    const known = this.#holdings.get(request);
    if (known !== undefined) return known;
    const spans = spansOf(request, this.#kv.blockSize);
    const last = spans[spans.length - 1];
    const sharedBlocks = last === undefined ? 0 : last.from + last.blocks;
    const holding = { spans, sharedBlocks, held: 0, own: undefined };
    this.#holdings.set(request, holding);
    return holding;
  }

  /** Blocks of a request that are not a whole one of a shared text. */
  #ownBlocks({ sharedBlocks }: Holding, tokens: Tokens): Blocks {
    const whole = Math.floor(tokens / this.#kv.blockSize);
    return this.#kv.blocksFor(tokens) - Math.min(whole, sharedBlocks);
  }
}

function spansOf({ spec: { shared = [] }, promptTokens }: Request, blockSize: Tokens): Span[] {
  const spans: Span[] = [];
  let tokens = 0;
  for (const text of shared) {
    const from = Math.floor(tokens / blockSize);
    tokens = Math.min(promptTokens, tokens + text.tokens);
    spans.push({ textId: text.textId, from, blocks: Math.floor(tokens / blockSize) - from });
  }
  assert(tokens <= promptTokens, "a prompt shorter than what it shares");
  return spans;
}
