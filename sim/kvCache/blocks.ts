import { assert, broken } from "../assert.ts";
import type { Blocks, Tokens } from "../units.ts";

/**
 * The paged KV cache of one replica: how many blocks are free, and which decode steps will take some.
 * A decoding sequence takes a block every blockSize steps, so sequences are counted by the phase of
 * the step that takes their next one: any number of steps is accounted for in O(blockSize).
 */
export class KvBlocks {
  readonly capacity: Blocks;
  readonly blockSize: Tokens;
  /** Told how many blocks are left free: what is cached in them gives way. */
  onTake: ((free: Blocks) => void) | undefined;
  #free: Blocks;
  #growingSeqs = 0;
  readonly #seqsByPhase: Int32Array;

  constructor(capacity: Blocks, blockSize: Tokens) {
    assert(capacity >= 0 && blockSize >= 1, `${capacity} KV blocks of ${blockSize} tokens`);
    this.capacity = capacity;
    this.blockSize = blockSize;
    this.#free = capacity;
    this.#seqsByPhase = new Int32Array(blockSize);
  }

  get free(): Blocks {
    return this.#free;
  }

  get used(): Blocks {
    return this.capacity - this.#free;
  }

  blocksFor(tokens: Tokens): Blocks {
    return Math.ceil(tokens / this.blockSize);
  }

  /** Takes blocks where that leaves `keepFree` of them free. */
  tryTake(wanted: Blocks, keepFree: Blocks): boolean {
    if (wanted > this.#free - keepFree) return false;
    this.#take(wanted);
    return true;
  }

  giveBack(blocks: Blocks): void {
    this.#free += blocks;
    assert(this.#free <= this.capacity, "KV blocks leak");
  }

  /** From now on each of these sequences caches a token a step; kvOrigin is its tokens minus the step. */
  startGrowing(kvOrigin: number, seqs = 1): void {
    this.#growingSeqs += seqs;
    this.#count(kvOrigin, seqs);
  }

  stopGrowing(kvOrigin: number, seqs = 1): void {
    this.#growingSeqs -= seqs;
    this.#count(kvOrigin, -seqs);
  }

  /** Blocks that `steps` decode steps take, the first of them at replica step `step`. */
  blocksTaken(step: number, steps: number): Blocks {
    const wholeCycles = Math.floor(steps / this.blockSize);
    const rest = steps - wholeCycles * this.blockSize;
    let blocks = wholeCycles * this.#growingSeqs;
    for (let i = 0; i < rest; i++) blocks += this.#takenAt(step + i);
    return blocks;
  }

  /** How many of `wanted` decode steps the free blocks allow. */
  stepsThatFit(step: number, wanted: number): number {
    if (this.#growingSeqs === 0) return wanted;
    const wholeCycles = Math.floor(this.#free / this.#growingSeqs);
    let steps = wholeCycles * this.blockSize;
    let left = this.#free - wholeCycles * this.#growingSeqs;
    // Less than one more cycle fits, so this ends within blockSize rounds.
    while (steps < wanted) {
      left -= this.#takenAt(step + steps);
      if (left < 0) break;
      steps++;
    }
    return Math.min(steps, wanted);
  }

  /** Takes the blocks of `steps` decode steps; stepsThatFit has allowed them. */
  grow(step: number, steps: number): void {
    this.#take(this.blocksTaken(step, steps));
  }

  #take(blocks: Blocks): void {
    this.#free -= blocks;
    if (this.#free < 0) broken(`${this.#free} free KV blocks`);
    this.onTake?.(this.#free);
  }

  #takenAt(step: number): Blocks {
    return this.#seqsByPhase[step % this.blockSize] ?? 0;
  }

  #count(kvOrigin: number, change: number): void {
    // The step takes a block when kvOrigin + step tokens fill their blocks exactly.
    const remainder = kvOrigin % this.blockSize;
    const phase = remainder === 0 ? 0 : remainder > 0 ? this.blockSize - remainder : -remainder;
    this.#seqsByPhase[phase] = (this.#seqsByPhase[phase] ?? 0) + change;
  }
}
