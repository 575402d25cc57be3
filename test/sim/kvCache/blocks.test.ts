import fc from "fast-check";
import { expect, test } from "vitest";
import { KvBlocks } from "../../../sim/kvCache/blocks.ts";

/** The same cache kept sequence by sequence and token by token. */
interface Sequence {
  tokens: number;
  grows: boolean;
}

class NaiveCache {
  readonly sequences: Sequence[] = [];
  readonly #capacity: number;
  readonly #blockSize: number;

  constructor(capacity: number, blockSize: number) {
    this.#capacity = capacity;
    this.#blockSize = blockSize;
  }

  blocksOf(tokens: number): number {
    let blocks = 0;
    for (let held = 0; held < tokens; held += this.#blockSize) blocks++;
    return blocks;
  }

  get free(): number {
    return this.sequences.reduce(
      (free, { tokens }) => free - this.blocksOf(tokens),
      this.#capacity,
    );
  }

  takenBySteps(steps: number): number {
    let taken = 0;
    for (const { tokens, grows } of this.sequences) {
      if (grows) taken += this.blocksOf(tokens + steps) - this.blocksOf(tokens);
    }
    return taken;
  }

  stepsThatFit(wanted: number): number {
    let steps = 0;
    while (steps < wanted && this.takenBySteps(steps + 1) <= this.free) steps++;
    return steps;
  }
}

class World {
  readonly naive: NaiveCache;
  readonly blocks: KvBlocks;
  step: number;

  constructor(capacity: number, blockSize: number, step: number) {
    this.naive = new NaiveCache(capacity, blockSize);
    this.blocks = new KvBlocks(capacity, blockSize);
    this.step = step;
  }

  sequenceAt(place: number): Sequence | undefined {
    return this.naive.sequences[place % Math.max(1, this.naive.sequences.length)];
  }

  prefill(tokens: number, keepFreeBlocks: number): void {
    const wanted = this.naive.blocksOf(tokens);
    const fits = wanted <= this.naive.free - keepFreeBlocks;
    expect(this.blocks.tryTake(this.blocks.blocksFor(tokens), keepFreeBlocks)).toBe(fits);
    if (fits) this.naive.sequences.push({ tokens, grows: false });
  }

  prefillMore(place: number, moreTokens: number): void {
    const sequence = this.sequenceAt(place);
    if (sequence === undefined || sequence.grows) return;
    const to = sequence.tokens + moreTokens;
    const wanted = this.naive.blocksOf(to) - this.naive.blocksOf(sequence.tokens);
    const fits = wanted <= this.naive.free;
    const more = this.blocks.blocksFor(to) - this.blocks.blocksFor(sequence.tokens);
    expect(this.blocks.tryTake(more, 0)).toBe(fits);
    if (fits) sequence.tokens = to;
  }

  startDecoding(place: number): void {
    const sequence = this.sequenceAt(place);
    if (sequence === undefined || sequence.grows) return;
    sequence.grows = true;
    this.blocks.startGrowing(sequence.tokens - this.step);
  }

  decode(wanted: number): void {
    const steps = this.blocks.stepsThatFit(this.step, wanted);
    expect(steps).toBe(this.naive.stepsThatFit(wanted));
    expect(this.blocks.blocksTaken(this.step, steps)).toBe(this.naive.takenBySteps(steps));
    this.blocks.grow(this.step, steps);
    for (const sequence of this.naive.sequences) if (sequence.grows) sequence.tokens += steps;
    this.step += steps;
  }

  leave(place: number): void {
    const sequence = this.sequenceAt(place);
    if (sequence === undefined) return;
    if (sequence.grows) this.blocks.stopGrowing(sequence.tokens - this.step);
    this.blocks.giveBack(this.blocks.blocksFor(sequence.tokens));
    this.naive.sequences.splice(this.naive.sequences.indexOf(sequence), 1);
  }
}

const place = fc.nat({ max: 20 });
const operations = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("prefill"), tokens: fc.integer({ min: 1, max: 60 }), n: place }),
    fc.record({ kind: fc.constant("more"), tokens: fc.integer({ min: 1, max: 20 }), n: place }),
    fc.record({ kind: fc.constant("start"), tokens: fc.constant(0), n: place }),
    fc.record({ kind: fc.constant("decode"), tokens: fc.nat({ max: 70 }), n: place }),
    fc.record({ kind: fc.constant("leave"), tokens: fc.constant(0), n: place }),
  ),
  { maxLength: 60 },
);

function apply(world: World, { kind, tokens, n }: { kind: string; tokens: number; n: number }) {
  if (kind === "prefill") world.prefill(tokens, n % 4);
  else if (kind === "more") world.prefillMore(n, tokens);
  else if (kind === "start") world.startDecoding(n);
  else if (kind === "decode") world.decode(tokens);
  else world.leave(n);
}

test("blocks counted by phase are the blocks that each sequence needs, whatever happens", () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 60 }),
      fc.constantFrom(1, 2, 3, 16),
      fc.nat({ max: 1000 }),
      operations,
      (capacity, blockSize, step, ops) => {
        const world = new World(capacity, blockSize, step);
        for (const operation of ops) {
          apply(world, operation);
          expect(world.blocks.free).toBe(world.naive.free);
          expect(world.blocks.used + world.blocks.free).toBe(capacity);
        }
        while (world.naive.sequences.length > 0) world.leave(0);
        expect(world.blocks.free).toBe(capacity);
      },
    ),
    { numRuns: 300 },
  );
});

test("a sequence takes a block when its tokens fill those it has", () => {
  const blocks = new KvBlocks(10, 4);
  expect(blocks.tryTake(blocks.blocksFor(7), 0)).toBe(true);
  expect(blocks.used).toBe(2);
  blocks.startGrowing(7);
  // Token 8 fills the second block, token 9 opens the third.
  expect([0, 1, 2, 3, 4, 5, 6].map((step) => blocks.blocksTaken(step, 1))).toEqual([
    0, 1, 0, 0, 0, 1, 0,
  ]);
  expect(blocks.stepsThatFit(0, 1000)).toBe(33);
});

test("a cache with nobody decoding allows any number of steps", () => {
  expect(new KvBlocks(0, 16).stepsThatFit(5, 1e9)).toBe(1e9);
});

test("no blocks, blocks of nothing and blocks given back twice are our own mistakes", () => {
  expect(() => new KvBlocks(-1, 16)).toThrow("-1 KV blocks of 16 tokens");
  expect(() => new KvBlocks(1, 0)).toThrow("1 KV blocks of 0 tokens");
  expect(() => new KvBlocks(1, 16).giveBack(1)).toThrow("KV blocks leak");
});
