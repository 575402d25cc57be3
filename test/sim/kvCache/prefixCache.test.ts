import { describe, expect, test } from "vitest";
import { chunkedPrefill } from "../../../sim/batching/chunkedPrefill.ts";
import { KvBlocks } from "../../../sim/kvCache/blocks.ts";
import { PrefixCache } from "../../../sim/kvCache/prefixCache.ts";
import type { RequestSpec } from "../../../sim/ports.ts";
import type { ReplicaConfig } from "../../../sim/replicaConfig.ts";
import { newRequest, type Request } from "../../../sim/request.ts";
import { replica, request, stepModel, world } from "../../support/world.ts";
import { outcomeOf } from "../outcome.ts";

/** A prompt token takes 1 s, a decode step 1 s; 300 W; blocks of 4 tokens. */
const secondATokens = stepModel({
  stepS: 1e-9,
  prefillTokenS: 1,
  prefillPairS: 0,
  decodeSeqS: 1,
  contextTokenS: 0,
  lowW: 300,
  highW: 300,
});

function cached(specs: readonly RequestSpec[], overrides: Partial<ReplicaConfig> = {}) {
  const config = replica({
    stepModel: secondATokens,
    blockSize: 4,
    cachesPrefixes: true,
    ...overrides,
  });
  return outcomeOf(world(specs, { replicas: [config] }));
}

/** A prompt whose first tokens are one text. */
const sharing = (
  arrivalS: number,
  [promptTokens, sharedTokens, outputTokens = 1]: readonly number[],
  textId = 7,
): RequestSpec => ({
  ...request(arrivalS, promptTokens ?? 1, outputTokens),
  shared: [{ textId, tokens: sharedTokens ?? 0 }],
});

describe("a prompt that begins like one before it", () => {
  test("skips the whole blocks that both share: their time and their joules", () => {
    const { records, totals } = cached([sharing(0, [10, 9]), sharing(100, [12, 9])]);
    expect(records.map(({ cachedTokens }) => cachedTokens)).toEqual([0, 8]);
    expect(records[0]?.ttftS).toBeCloseTo(10, 6);
    expect(records[1]?.ttftS).toBeCloseTo(4, 6);
    expect(records[0]?.energyJ).toBeCloseTo(3000, 5);
    expect(records[1]?.energyJ).toBeCloseTo(1200, 5);
    expect(totals.tokens).toMatchObject({ input: 22, computedPrompt: 14, cachedPrompt: 8 });
    expect(totals.energy.wastedJ).toBe(0);
  });

  test("computes its last token even where all of it is cached", () => {
    const { records } = cached([sharing(0, [8, 8]), sharing(100, [8, 8])]);
    expect(records[1]).toMatchObject({ cachedTokens: 4 });
    expect(records[1]?.ttftS).toBeCloseTo(4, 6);
  });

  test("finds nothing of another text, nor without the cache", () => {
    const other = cached([sharing(0, [10, 9]), sharing(100, [12, 9], 8)]);
    const none = cached([sharing(0, [10, 9]), sharing(100, [12, 9])], { cachesPrefixes: false });
    for (const { records } of [other, none]) expect(records[1]?.cachedTokens).toBe(0);
  });

  test("holds the shared blocks once while both run", () => {
    // 2 shared blocks, and a third of each that takes its answer, too.
    const specs = [sharing(0, [10, 8, 3]), sharing(0, [10, 8, 3])];
    const peak = (cachesPrefixes: boolean) => cached(specs, { cachesPrefixes }).totals.kvPeakRatio;
    expect(peak(true)).toBe(4 / 1000);
    expect(peak(false)).toBe(6 / 1000);
  });

  test("finds texts behind one that is shorter than a block", () => {
    const shared = [
      { textId: 1, tokens: 3 },
      { textId: 2, tokens: 10 },
    ];
    const spec = (arrivalS: number) => ({ ...request(arrivalS, 15, 1), shared });
    const { records, totals } = cached([spec(0), spec(100)]);
    expect(records.map(({ cachedTokens }) => cachedTokens)).toEqual([0, 12]);
    expect(totals.kvPeakRatio).toBe(4 / 1000);
  });
});

test("a conversation's next turn finds the answer, too, but not its last token", () => {
  const turn = (arrivalS: number, promptTokens: number, outputTokens: number) => ({
    ...request(arrivalS, promptTokens, outputTokens),
    shared: [{ textId: 3, tokens: promptTokens }],
    isContinued: true,
  });
  // 10 + 7 tokens, of which the last was never fed back: 16 are cached.
  const { records } = cached([turn(0, 10, 7), turn(100, 20, 2)]);
  expect(records.map(({ cachedTokens }) => cachedTokens)).toEqual([0, 16]);
});

test("who was preempted finds its own blocks again, if nobody needed them", () => {
  // The cache is full at 4 tokens each; the second returns with 5, of which a block is cached.
  const batcher = chunkedPrefill({ maxSeqs: 2, maxBatchedTokens: 64 });
  const specs = [request(0, 4, 2), request(0, 4, 2)];
  const { records, totals } = cached(specs, { kvBlocks: 3, maxModelLen: 8, batcher });
  expect(records.map(({ preemptions }) => preemptions)).toEqual([0, 1]);
  expect(totals.tokens).toMatchObject({ computedPrompt: 8, cachedPrompt: 0, output: 4 });
  expect(totals.energy.wastedJ).toBe(0);
  expect(records[1]?.e2eS).toBeCloseTo(8 + 1 + 1, 6);
});

const block = 4;
let ids = 0;
const asked = (shared: RequestSpec["shared"], promptTokens: number): Request => {
  const spec = { ...request(0, promptTokens, 1), shared };
  return newRequest(spec, { id: ids++, outputTokens: 1, priority: 0, enqueuedS: 0 });
};
const text = (textId: number, blocks: number) =>
  asked([{ textId, tokens: blocks * block }], (blocks + 1) * block);
const admit = (cache: PrefixCache, prompt: Request, blocks: number): void => {
  expect(cache.tryExtend(prompt, blocks * block, 0)).toBe(true);
  prompt.kvTokens = blocks * block;
};
const hitBlocks = (cache: PrefixCache, textId: number, blocks: number) =>
  cache.hitTokens(text(textId, blocks)) / block;

describe("where room is needed", () => {
  test("blocks never used go first, then what was used longest ago, the end of a prompt before its beginning", () => {
    const kv = new KvBlocks(6, block);
    const cache = new PrefixCache(kv);
    for (const textId of [1, 2]) {
      const prompt = text(textId, 2);
      admit(cache, prompt, 2);
      cache.release(prompt, "ended");
    }
    const left = () => [hitBlocks(cache, 1, 2), hitBlocks(cache, 2, 2)];
    const evictions = Array.from({ length: 6 }, () => {
      kv.tryTake(1, 0);
      return left();
    });
    expect(evictions).toEqual([
      [2, 2],
      [2, 2],
      [1, 2],
      [0, 2],
      [0, 1],
      [0, 0],
    ]);
  });

  test("a hit makes a text the one used last", () => {
    const kv = new KvBlocks(4, block);
    const cache = new PrefixCache(kv);
    for (const textId of [1, 2, 1]) {
      const prompt = text(textId, 2);
      admit(cache, prompt, 2);
      cache.release(prompt, "ended");
    }
    kv.tryTake(2, 0);
    expect([hitBlocks(cache, 1, 2), hitBlocks(cache, 2, 2)]).toEqual([2, 0]);
  });

  test("what someone holds stays, and of a text that others held deeper what they alone held goes", () => {
    const kv = new KvBlocks(4, block);
    const cache = new PrefixCache(kv);
    const deep = text(1, 3);
    const shallow = text(1, 1);
    admit(cache, deep, 3);
    admit(cache, shallow, 1);
    expect(kv.used).toBe(3);
    cache.release(deep, "ended");
    expect(kv.used).toBe(1);
    kv.tryTake(3, 0);
    expect(hitBlocks(cache, 1, 3)).toBe(1);
  });

  test("blocks let go at different times are lost in that order, whoever holds the first of them", () => {
    const kv = new KvBlocks(5, block);
    const cache = new PrefixCache(kv);
    const deep = text(1, 4);
    const shallow = text(1, 2);
    const other = text(2, 1);
    admit(cache, deep, 4);
    admit(cache, shallow, 2);
    admit(cache, other, 1);
    cache.release(deep, "ended");
    cache.release(other, "ended");
    cache.release(shallow, "ended");
    admit(cache, text(1, 1), 1);
    kv.tryTake(2, 0);
    expect([hitBlocks(cache, 1, 4), hitBlocks(cache, 2, 1)]).toEqual([2, 1]);
  });
});
