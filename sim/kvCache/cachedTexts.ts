import { assert } from "../assert.ts";
import type { Blocks } from "../units.ts";
import type { HostTier } from "./hostTier.ts";
import type { IdleBlocks, IdleRun } from "./idleBlocks.ts";

/** The whole blocks that end in one shared text, from its beginning on. */
interface CachedText {
  blocks: Blocks;
  /** The first of them, which running requests hold. */
  heldBlocks: Blocks;
  /** How many running requests reach how deep into it. */
  readonly holdersByDepth: Map<Blocks, number>;
  /** Where the blocks behind the held ones lie, the deepest first: those were let go first, too. */
  readonly idle: IdleRun[];
}

/** Which shared texts are cached, how far, and how far someone holds them. */
export class CachedTexts {
  readonly #texts = new Map<number, CachedText>();
  readonly #idle: IdleBlocks;

  /** Takes what is evicted. */
  readonly #host: HostTier | undefined;

  constructor(idle: IdleBlocks, host?: HostTier) {
    this.#host = host;
    this.#idle = idle;
  }

  cachedBlocks(textId: number): Blocks {
    return this.#texts.get(textId)?.blocks ?? 0;
  }

  heldBlocks(textId: number): Blocks {
    return this.#texts.get(textId)?.heldBlocks ?? 0;
  }

  /** A request that held the first `before` blocks holds `reach` from now on. */
  hold(textId: number, before: Blocks, reach: Blocks): void {
    const text = this.#textOf(textId);
    if (before > 0) this.#countHolder(text, before, -1);
    this.#countHolder(text, reach, 1);
    if (reach <= text.heldBlocks) return;
    this.#wake(text, Math.min(reach, text.blocks) - text.heldBlocks);
    text.blocks = Math.max(text.blocks, reach);
    this.#host?.drop(textId, text.blocks);
    text.heldBlocks = reach;
  }

  /** A request holds its first `reach` blocks no more. Tells how many nobody holds any more. */
  letGo(textId: number, reach: Blocks): Blocks {
    const text = this.#texts.get(textId);
    assert(text !== undefined, "a shared text is let go that nobody holds");
    this.#countHolder(text, reach, -1);
    let stillHeld: Blocks = 0;
    for (const depth of text.holdersByDepth.keys()) stillHeld = Math.max(stillHeld, depth);
    const freed = text.heldBlocks - stillHeld;
    text.heldBlocks = stillHeld;
    if (freed > 0) this.#sleep(textId, text, freed);
    return freed;
  }

  /** Whether blocks that go on behind the first `reach` would be new here, and within anyone's sight. */
  canLengthen(textId: number, reach: Blocks, more: Blocks): boolean {
    return this.heldBlocks(textId) <= reach && this.cachedBlocks(textId) < reach + more;
  }

  /** Behind the first `reach` blocks, which someone still holds, lie `more` that nobody holds. */
  lengthen(textId: number, reach: Blocks, more: Blocks): void {
    const text = this.#textOf(textId);
    for (const run of text.idle.splice(0)) this.#idle.remove(run);
    text.blocks = reach + more;
    this.#host?.drop(textId, text.blocks);
    this.#sleep(textId, text, more);
  }

  #textOf(textId: number): CachedText {
    const known = this.#texts.get(textId);
    if (known !== undefined) return known;
    const text = { blocks: 0, heldBlocks: 0, holdersByDepth: new Map(), idle: [] };
    this.#texts.set(textId, text);
    return text;
  }

  #countHolder({ holdersByDepth }: CachedText, depth: Blocks, change: number): void {
    const holders = (holdersByDepth.get(depth) ?? 0) + change;
    assert(holders >= 0, "a shared text is let go that nobody holds so far");
    if (holders === 0) holdersByDepth.delete(depth);
    else holdersByDepth.set(depth, holders);
  }

  /** The first blocks behind the held ones are in use again. */
  #wake(text: CachedText, blocks: Blocks): void {
    for (let left = blocks; left > 0; ) {
      const run = text.idle[text.idle.length - 1];
      assert(run !== undefined, "an idle block of a shared text is in no run");
      const woken = Math.min(left, run.blocks);
      if (woken === run.blocks) text.idle.pop();
      this.#idle.shorten(run, woken);
      left -= woken;
    }
  }

  /** Nobody holds the last blocks any more; they are lost from their end on. */
  #sleep(textId: number, text: CachedText, blocks: Blocks): void {
    const run = this.#idle.append(blocks, (evicted) => {
      text.blocks -= evicted;
      this.#host?.store(textId, text.blocks, evicted);
      if (evicted === run.blocks) text.idle.shift();
      if (text.blocks === 0) this.#texts.delete(textId);
    });
    text.idle.push(run);
  }
}
