import { assert } from "../assert.ts";
import type { Request } from "../request.ts";
import type { Blocks, Tokens } from "../units.ts";
import type { KvBlocks } from "./blocks.ts";
import { CachedTexts } from "./cachedTexts.ts";
import type { HostTier } from "./hostTier.ts";
import { IdleBlocks, type IdleRun } from "./idleBlocks.ts";
import type { Leaving, PromptMemory } from "./promptMemory.ts";

/** A shared text of one prompt, in blocks. */
interface Span {
  readonly textId: number;
  /** Blocks of the prompt before it. */
  readonly precedingBlocks: Blocks;
  readonly blocks: Blocks;
}

/** What a request has to do with the cache. */
interface Holding {
  readonly spans: readonly Span[];
  readonly sharedBlocks: Blocks;
  /** Whole blocks of its prompt that it holds, from its beginning on. */
  heldBlocks: Blocks;
  /** Whole blocks of its own that it left behind when it was preempted. */
  own: IdleRun | undefined;
  /** Of its hits when it was last looked at, those that have to be loaded first. */
  hostBlocks: Blocks;
}

/** What the GPU loses, and who is told how many tokens come back from there. */
export interface Offload {
  readonly host: HostTier;
  readonly loaded: (tokens: Tokens) => void;
}

/**
 * vLLM's prefix caching: whole blocks stay cached when their request leaves, and are lost in the
 * order of last use, the end of a prompt before its beginning, when someone needs room. A prompt hits
 * the blocks of its texts up to the first that is missing, and always computes its last token.
 * No block is stored twice, as vLLM stores what two requests compute at once: the rest of a text that
 * both are amid, or the last block of a prompt that was cached to its end.
 */
export class PrefixCache implements PromptMemory {
  readonly #kv: KvBlocks;
  readonly #idle = new IdleBlocks();
  readonly #texts: CachedTexts;
  readonly #offload: Offload | undefined;
  readonly #holdings = new Map<Request, Holding>();
  #isOn = true;

  constructor(kv: KvBlocks, offload?: Offload) {
    this.#kv = kv;
    this.#offload = offload;
    this.#texts = new CachedTexts(this.#idle, offload?.host);
    kv.onTake = (free) => this.#idle.trim(free);
  }

  /** Off: who is admitted from now on hits nothing, and is not cached. What is cached stays until it is evicted. */
  become(isOn: boolean): void {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    // Who has not been admitted yet, or will be once more, has to do with the cache as it is now.
    for (const request of this.#holdings.keys()) {
      if (!request.isRunning) this.#holdings.delete(request);
    }
  }

  hitTokens(request: Request): Tokens {
    if (!this.#isOn) return 0;
    const holding = this.#holdingOf(request);
    let blocks: Blocks = 0;
    let lastHost: Blocks = 0;
    holding.hostBlocks = 0;
    for (const span of holding.spans) {
      const cached = this.#texts.cachedBlocks(span.textId);
      const reach = this.#offload?.host.reach(span.textId, cached) ?? cached;
      blocks += Math.min(reach, span.blocks);
      lastHost = Math.max(0, Math.min(reach, span.blocks) - cached);
      holding.hostBlocks += lastHost;
      if (reach < span.blocks) break;
    }
    if (blocks === holding.sharedBlocks) blocks += holding.own?.blocks ?? 0;
    const { blockSize } = this.#kv;
    const most = Math.floor((request.prefillTarget - 1) / blockSize);
    if (blocks > most) holding.hostBlocks -= Math.min(lastHost, blocks - most);
    return blockSize * Math.min(blocks, most);
  }

  tryExtend(request: Request, toTokens: Tokens, keepFree: Blocks): boolean {
    const holding = this.#holdingOf(request);
    const whole = Math.floor(toTokens / this.#kv.blockSize);
    let wanted = this.#ownBlocks(holding, toTokens) - this.#ownBlocks(holding, request.kvTokens);
    for (const span of holding.spans) {
      if (span.precedingBlocks >= whole) break;
      // Cached blocks that nobody holds are free until then.
      wanted += Math.max(0, reachInto(span, whole) - this.#texts.heldBlocks(span.textId));
    }
    if (wanted > this.#kv.free - keepFree) return false;
    this.#hold(holding, whole);
    this.#load(holding);
    if (holding.own !== undefined) this.#idle.remove(holding.own);
    holding.own = undefined;
    return this.#kv.tryTake(wanted, keepFree);
  }

  release(request: Request, leaving: Leaving): void {
    const holding = this.#holdingOf(request);
    // What is freed first is evicted first: the end of the request before its beginning.
    const own = this.#ownBlocks(holding, request.kvTokens);
    if (leaving === "preempted" && this.#isOn) this.#keepOwn(request, holding, own);
    else if (leaving === "ended") this.#keepAnswer(request, holding, own);
    else this.#idle.appendEmpty(own);
    let freed = own;
    for (const span of holding.spans.toReversed()) {
      const reach = reachInto(span, holding.heldBlocks);
      if (reach > 0) freed += this.#texts.letGo(span.textId, reach);
    }
    holding.heldBlocks = 0;
    this.#kv.giveBack(freed);
    if (leaving === "ended") this.#holdings.delete(request);
  }

  ownBlocks(request: Request, tokens: Tokens): Blocks {
    // Whoever only looks leaves nothing behind; who is not known shares nothing.
    const known = this.#holdings.get(request);
    return known === undefined ? this.#kv.blocksFor(tokens) : this.#ownBlocks(known, tokens);
  }

  cachedBlocks(free: Blocks): Blocks {
    return this.#idle.keptBlocks(free);
  }

  clear(): void {
    this.#idle.trim(0);
    this.#offload?.host.clear();
  }

  /** What it hit in the host's tier comes over the link. */
  #load(holding: Holding): void {
    if (holding.hostBlocks > 0) this.#offload?.loaded(holding.hostBlocks * this.#kv.blockSize);
    holding.hostBlocks = 0;
  }

  /** Takes hold of the texts that reach into the first `whole` blocks, which are cached from now on. */
  #hold(holding: Holding, whole: Blocks): void {
    for (const span of holding.spans) {
      if (span.precedingBlocks >= whole) break;
      const before = reachInto(span, holding.heldBlocks);
      const reach = reachInto(span, whole);
      if (reach > before) this.#texts.hold(span.textId, before, reach);
    }
    holding.heldBlocks = Math.max(holding.heldBlocks, whole);
  }

  /** Where a conversation goes on, its answer is cached behind its last text. */
  #keepAnswer(request: Request, { spans, sharedBlocks }: Holding, own: Blocks): void {
    const last = spans[spans.length - 1];
    const answer = Math.floor(request.kvTokens / this.#kv.blockSize) - sharedBlocks;
    const isKept =
      this.#isOn &&
      request.details.isContinued === true &&
      last !== undefined &&
      answer > 0 &&
      this.#texts.canLengthen(last.textId, last.blocks, answer);
    this.#idle.appendEmpty(isKept ? own - answer : own);
    if (isKept) this.#texts.lengthen(last.textId, last.blocks, answer);
  }

  /** Its whole blocks can be hit when it is admitted again, until they are evicted. */
  #keepOwn(request: Request, holding: Holding, own: Blocks): void {
    const { sharedBlocks } = holding;
    const whole = Math.max(0, Math.floor(request.kvTokens / this.#kv.blockSize) - sharedBlocks);
    this.#idle.appendEmpty(own - whole);
    if (whole === 0) return;
    const run = this.#idle.append(whole, (evicted) => {
      if (evicted === run.blocks) holding.own = undefined;
    });
    holding.own = run;
  }

  #holdingOf(request: Request): Holding {
    const known = this.#holdings.get(request);
    if (known !== undefined) return known;
    // Who runs and isn't known was admitted before anything was cached.
    const isCached = this.#isOn && !request.isRunning;
    const spans = isCached ? spansOf(request, this.#kv.blockSize) : [];
    const last = spans[spans.length - 1];
    const sharedBlocks = last === undefined ? 0 : last.precedingBlocks + last.blocks;
    const holding = { spans, sharedBlocks, heldBlocks: 0, own: undefined, hostBlocks: 0 };
    this.#holdings.set(request, holding);
    return holding;
  }

  /** Blocks of a request that are not a whole one of a shared text. */
  #ownBlocks({ sharedBlocks }: Holding, tokens: Tokens): Blocks {
    const whole = Math.floor(tokens / this.#kv.blockSize);
    return this.#kv.blocksFor(tokens) - Math.min(whole, sharedBlocks);
  }
}

/** Blocks of a text that lie in the first `whole` of the prompt. */
function reachInto({ precedingBlocks, blocks }: Span, whole: Blocks): Blocks {
  return Math.max(0, Math.min(blocks, whole - precedingBlocks));
}

function spansOf({ details: { shared = [] }, promptTokens }: Request, blockSize: Tokens): Span[] {
  const spans: Span[] = [];
  let tokens = 0;
  for (const text of shared) {
    const precedingBlocks = Math.floor(tokens / blockSize);
    tokens = Math.min(promptTokens, tokens + text.tokens);
    const blocks = Math.floor(tokens / blockSize) - precedingBlocks;
    spans.push({ textId: text.textId, precedingBlocks, blocks });
  }
  assert(tokens <= promptTokens, "a prompt shorter than what it shares");
  return spans;
}
