import fc from "fast-check";
import { expect, test } from "vitest";
import { HostTier } from "../../../sim/kvCache/hostTier.ts";
import type { RequestRecord } from "../../../sim/request.ts";
import { Simulation } from "../../../sim/simulation.ts";
import { replica, world } from "../../support/world.ts";

test("a tier keeps what the GPU lost, as far as it goes on, and loses what came first", () => {
  const tier = new HostTier(10);
  tier.store(1, 6, 2);
  expect(tier.reach(1, 6)).toBe(8);
  expect(tier.reach(1, 5)).toBe(5);
  tier.store(1, 4, 2);
  expect(tier.reach(1, 4)).toBe(8);
  tier.store(2, 0, 5);
  expect(tier.usedBlocks).toBe(9);
  // Three too many: the end of text 1, which came first.
  tier.store(3, 2, 4);
  expect(tier.usedBlocks).toBe(10);
  expect(tier.reach(1, 4)).toBe(5);
  expect(tier.reach(2, 0)).toBe(5);
  // Two blocks of text 2 are on the GPU again, and then all.
  tier.drop(2, 2);
  expect(tier.reach(2, 2)).toBe(5);
  tier.drop(2, 9);
  expect(tier.reach(2, 9)).toBe(9);
  expect(tier.usedBlocks).toBe(5);
});

/** Block by block: the places of each text, in the order in which texts last took some. */
class NaiveTier {
  readonly texts = new Map<number, Set<number>>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get used(): number {
    return [...this.texts.values()].reduce((sum, places) => sum + places.size, 0);
  }

  store(textId: number, left: number, blocks: number): void {
    const places = this.texts.get(textId) ?? new Set<number>();
    if (Math.min(...places) !== left + blocks) places.clear();
    for (let place = left; place < left + blocks; place++) places.add(place);
    this.texts.delete(textId);
    this.texts.set(textId, places);
    this.#trim();
  }

  drop(textId: number, left: number): void {
    const places = this.texts.get(textId);
    for (const place of [...(places ?? [])]) if (place < left) places?.delete(place);
    if (places?.size === 0) this.texts.delete(textId);
  }

  #trim(): void {
    for (const [id, places] of this.texts) {
      while (this.used > this.#capacity && places.size > 0) places.delete(Math.max(...places));
      if (places.size === 0) this.texts.delete(id);
    }
  }
}

test("in random order it never holds more than its room, nor a block twice", () => {
  const move = fc.record({
    textId: fc.integer({ min: 0, max: 3 }),
    left: fc.nat(8),
    blocks: fc.integer({ min: 1, max: 5 }),
    isStore: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.array(move), (capacity, moves) => {
      const tier = new HostTier(capacity);
      const naive = new NaiveTier(capacity);
      for (const { textId, left, blocks, isStore } of moves) {
        if (isStore) tier.store(textId, left, blocks);
        else tier.drop(textId, left);
        if (isStore) naive.store(textId, left, blocks);
        else naive.drop(textId, left);
        expect(tier.usedBlocks).toBe(naive.used);
        expect(tier.usedBlocks).toBeLessThanOrEqual(capacity);
        for (const [id, places] of naive.texts) {
          const from = Math.min(...places);
          expect(tier.reach(id, from)).toBe(from + places.size);
        }
      }
    }),
  );
});

/** Prompts one after the other, each of some texts in a row, none of whose blocks another needs meanwhile. */
const prompts = fc.array(
  fc.record({ texts: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 3 }) }),
  { minLength: 2, maxLength: 20 },
);

function cachedTokens(
  texts: readonly (readonly number[])[],
  kvBlocks: number,
  hostBlocks?: number,
) {
  const records: RequestRecord[] = [];
  const specs = texts.map((path, place) => {
    const shared = path.map((_, depth) => {
      // A text's number stands for all that comes before it.
      const textId = path.slice(0, depth + 1).reduce((id, text) => 4 * id + text + 1, 0);
      return { textId, tokens: 20 };
    });
    return { arrivalS: 100 * place, promptTokens: 20 * path.length + 10, outputTokens: 4, shared };
  });
  const offload =
    hostBlocks === undefined ? undefined : { blocks: hostBlocks, linkTokensPerToken: 2 };
  const one = replica({ kvBlocks, blockSize: 4, maxModelLen: 80, cachesPrefixes: true, offload });
  const onRequestEnd = (record: RequestRecord) => records.push(record);
  const totals = new Simulation(world(specs, { replicas: [one], onRequestEnd })).run();
  return { hits: records.map((record) => record.cachedTokens), totals };
}

test("one prompt at a time, a small cache with a large tier behind it hits what a large cache hits", () => {
  let loaded = 0;
  fc.assert(
    fc.property(prompts, (asked) => {
      const texts = asked.map((prompt) => prompt.texts);
      const large = cachedTokens(texts, 10_000);
      const tiered = cachedTokens(texts, 22, 10_000);
      expect(tiered.hits).toEqual(large.hits);
      const { loadedPrompt, cachedPrompt } = tiered.totals.tokens;
      expect(loadedPrompt).toBeLessThanOrEqual(cachedPrompt);
      expect(large.totals.tokens.loadedPrompt).toBe(0);
      loaded += loadedPrompt;
    }),
  );
  expect(loaded).toBeGreaterThan(1000);
});

test("what is loaded takes the link's time and joules before the step that needs it", () => {
  // The second prompt throws the first out of 22 blocks; the third hits 40 tokens in the tier.
  const { totals } = cachedTokens(
    [
      [0, 0],
      [1, 1, 1],
      [0, 0],
    ],
    22,
    100,
  );
  const { totals: without } = cachedTokens(
    [
      [0, 0],
      [1, 1, 1],
      [0, 0],
    ],
    10_000,
  );
  const { loadedPrompt } = totals.tokens;
  expect(loadedPrompt).toBeGreaterThan(0);
  const moreS = (totals.latency.ttftS?.mean ?? 0) - (without.latency.ttftS?.mean ?? 0);
  expect(3 * moreS).toBeCloseTo(1e-5 * 2 * loadedPrompt, 9);
  expect(totals.energy.prefillJ).toBeGreaterThan(without.energy.prefillJ);
  expect(totals.energy.decodeJ).toBeCloseTo(without.energy.decodeJ, 9);
});
