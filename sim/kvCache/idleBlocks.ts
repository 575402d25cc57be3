import { assert } from "../assert.ts";
import type { Blocks } from "../units.ts";

/** Free blocks of one kind that lie together in the order of their last use. */
export interface IdleRun {
  blocks: Blocks;
  /** Told how many of them were given to someone else; undefined where nothing is kept in them. */
  readonly evicted: ((blocks: Blocks) => void) | undefined;
  previous: IdleRun | undefined;
  following: IdleRun | undefined;
}

/** Free blocks that were used, the least recently used first: what is kept in them is lost in this order. */
export class IdleBlocks {
  #first: IdleRun | undefined;
  #last: IdleRun | undefined;
  #blocks: Blocks = 0;

  /** Blocks in which nothing is kept, and that were used last of all. */
  appendEmpty(blocks: Blocks): void {
    if (blocks > 0) this.append(blocks, undefined);
  }

  /** Blocks that were used last of all. */
  append(blocks: Blocks, evicted: IdleRun["evicted"]): IdleRun {
    const run: IdleRun = { blocks, evicted, previous: this.#last, following: undefined };
    if (this.#last === undefined) this.#first = run;
    else this.#last.following = run;
    this.#last = run;
    this.#blocks += blocks;
    return run;
  }

  /** Blocks that are in use again. */
  remove(run: IdleRun): void {
    const { previous, following } = run;
    if (previous === undefined) this.#first = following;
    else previous.following = following;
    if (following === undefined) this.#last = previous;
    else following.previous = previous;
    this.#blocks -= run.blocks;
  }

  /** So many of a run's blocks are in use again. */
  shorten(run: IdleRun, blocks: Blocks): void {
    if (blocks === run.blocks) {
      this.remove(run);
      return;
    }
    run.blocks -= blocks;
    this.#blocks -= blocks;
  }

  /** Blocks in which something is still kept when `free` of all are left. */
  keptBlocks(free: Blocks): Blocks {
    let taken = Math.max(0, this.#blocks - free);
    let blocks: Blocks = 0;
    for (let run = this.#first; run !== undefined; run = run.following) {
      const left = Math.max(0, run.blocks - taken);
      taken -= run.blocks - left;
      if (run.evicted !== undefined) blocks += left;
    }
    return blocks;
  }

  /** Leaves no more than `free`: blocks that were never used are taken first. */
  trim(free: Blocks): void {
    while (this.#blocks > free) {
      const run = this.#first;
      assert(run !== undefined, `${this.#blocks} idle KV blocks and none to evict`);
      const taken = Math.min(run.blocks, this.#blocks - free);
      run.evicted?.(taken);
      this.shorten(run, taken);
    }
  }
}
