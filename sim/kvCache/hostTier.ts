import { assert } from "../assert.ts";
import type { Blocks } from "../units.ts";

/** Blocks of one text, from the first that the GPU has lost on. */
interface Stretch {
  fromBlocks: Blocks;
  toBlocks: Blocks;
}

/**
 * A second tier of the prefix cache, in the host's memory or on its disk. What the GPU loses of shared texts comes
 * here, and goes back when it is hit: a block is in one tier at a time. What came here first is lost
 * first, the end of a text before its beginning.
 */
export class HostTier {
  readonly #capacityBlocks: Blocks;
  /** In the order in which they last took blocks. */
  readonly #texts = new Map<number, Stretch>();
  #usedBlocks: Blocks = 0;

  constructor(capacityBlocks: Blocks) {
    assert(capacityBlocks > 0, "a tier without room");
    this.#capacityBlocks = capacityBlocks;
  }

  get usedBlocks(): Blocks {
    return this.#usedBlocks;
  }

  /** Up to which block a text goes on here, where the GPU has its first `cachedBlocks`. */
  reach(textId: number, cachedBlocks: Blocks): Blocks {
    const stretch = this.#texts.get(textId);
    return stretch?.fromBlocks === cachedBlocks ? stretch.toBlocks : cachedBlocks;
  }

  /** The GPU has lost the blocks from `leftBlocks` to `leftBlocks + evicted`. */
  store(textId: number, leftBlocks: Blocks, evicted: Blocks): void {
    const toBlocks = leftBlocks + evicted;
    const known = this.#texts.get(textId);
    // What goes on behind them stays; what doesn't could never be hit.
    const isNext = known?.fromBlocks === toBlocks;
    if (known !== undefined && !isNext) this.#usedBlocks -= known.toBlocks - known.fromBlocks;
    this.#texts.delete(textId);
    this.#texts.set(textId, {
      fromBlocks: leftBlocks,
      toBlocks: isNext ? known.toBlocks : toBlocks,
    });
    this.#usedBlocks += evicted;
    this.#trim();
  }

  /** The GPU has the first `blocks` of a text, loaded or computed. */
  drop(textId: number, blocks: Blocks): void {
    const stretch = this.#texts.get(textId);
    if (stretch === undefined || stretch.fromBlocks >= blocks) return;
    this.#usedBlocks -= Math.min(blocks, stretch.toBlocks) - stretch.fromBlocks;
    stretch.fromBlocks = blocks;
    if (stretch.fromBlocks >= stretch.toBlocks) this.#texts.delete(textId);
  }

  clear(): void {
    this.#texts.clear();
    this.#usedBlocks = 0;
  }

  #trim(): void {
    for (const [textId, stretch] of this.#texts) {
      const beyond = this.#usedBlocks - this.#capacityBlocks;
      if (beyond <= 0) return;
      const lost = Math.min(beyond, stretch.toBlocks - stretch.fromBlocks);
      stretch.toBlocks -= lost;
      this.#usedBlocks -= lost;
      if (stretch.toBlocks === stretch.fromBlocks) this.#texts.delete(textId);
    }
  }
}
