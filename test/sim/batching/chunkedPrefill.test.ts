import { describe, expect, test } from "vitest";
import { type BatchLimits, chunkedPrefill } from "../../../sim/batching/chunkedPrefill.ts";
import type { RequestSpec } from "../../../sim/ports.ts";
import type { ReplicaConfig } from "../../../sim/replicaConfig.ts";
import { replica, request, world } from "../../support/world.ts";
import { oneSecondSteps, outcomeOf } from "../outcome.ts";
import { type Boundary, watched } from "./watched.ts";

const roomy: BatchLimits = { maxSeqs: 8, maxBatchedTokens: 64 };

/** Steps of 1 s, blocks of one token; what the policy did at each second, and what came of it. */
function scheduled(
  specs: readonly RequestSpec[],
  limits: Partial<BatchLimits> = {},
  overrides: Partial<ReplicaConfig> = {},
) {
  const boundaries: Boundary[] = [];
  const batcher = watched(chunkedPrefill({ ...roomy, ...limits }), boundaries);
  const config = replica({ stepModel: oneSecondSteps, blockSize: 1, batcher, ...overrides });
  return { boundaries, ...outcomeOf(world(specs, { replicas: [config] })) };
}

const boundary = (
  atS: number,
  decodes: number,
  prefills: Record<number, number> = {},
  preempted: number[] = [],
): Boundary => ({ atS, decodes, prefills, preempted });

test("running requests come first, waiting ones follow first come first served, within both budgets", () => {
  const { boundaries, records } = scheduled(
    [request(0, 4, 3), request(0, 8, 2), request(0, 2, 1)],
    { maxSeqs: 2, maxBatchedTokens: 10 },
  );
  expect(boundaries).toEqual([
    // The second prompt takes what the first leaves of the token budget.
    boundary(0, 0, { 0: 4, 1: 6 }),
    // Two sequences run: the third has no place, though 7 tokens of the budget are left.
    boundary(1, 1, { 1: 2 }),
    boundary(2, 2),
    boundary(3, 0, { 2: 2 }),
  ]);
  expect(records.map(({ e2eS }) => e2eS)).toEqual([3, 3, 4]);
  expect(records.map(({ queueS }) => queueS)).toEqual([0, 0, 3]);
});

test("a prompt longer than the budget is computed in chunks, beside those that decode", () => {
  const { boundaries, records } = scheduled([request(0, 3, 5), request(0, 20, 2)], {
    maxBatchedTokens: 8,
  });
  expect(boundaries).toEqual([
    boundary(0, 0, { 0: 3, 1: 5 }),
    boundary(1, 1, { 1: 7 }),
    boundary(2, 1, { 1: 7 }),
    boundary(3, 1, { 1: 1 }),
    boundary(4, 2),
  ]);
  expect(records.map(({ ttftS }) => ttftS)).toEqual([1, 4]);
});

test("what a finished prefill leaves of the budget admits the next in the same step", () => {
  const { boundaries } = scheduled([request(0, 10, 2), request(0, 5, 1)], { maxBatchedTokens: 8 });
  expect(boundaries.slice(0, 2)).toEqual([
    boundary(0, 0, { 0: 8 }),
    boundary(1, 0, { 0: 2, 1: 5 }),
  ]);
});

test("each decoding sequence takes a token of the budget", () => {
  const { boundaries } = scheduled([request(0, 2, 9), request(0, 2, 9), request(1, 9, 1)], {
    maxBatchedTokens: 4,
  });
  expect(boundaries.slice(0, 3)).toEqual([
    boundary(0, 0, { 0: 2, 1: 2 }),
    boundary(1, 2, { 2: 2 }),
    boundary(2, 2, { 2: 2 }),
  ]);
});

test("the step that ends a prefill emits token 1; o tokens take o-1 decode steps and i+o-1 slots", () => {
  const { records, totals } = scheduled([request(0, 5, 4)]);
  expect(records[0]).toMatchObject({ outputTokens: 4, ttftS: 1, e2eS: 4, tpotS: 1 });
  expect(totals.steps).toBe(1 + 3);
  expect(totals.kvPeakRatio).toBe((5 + 4 - 1) / 1000);
  expect(totals.latency.itlS).toMatchObject({ count: 3, mean: 1 });
});

test("a cache of exactly i+o-1 tokens is enough for a request, in blocks of any size", () => {
  for (const [blockSize, kvBlocks] of [
    [1, 8],
    [4, 2],
    [8, 1],
  ] as const) {
    const { records } = scheduled([request(0, 5, 4)], {}, { blockSize, kvBlocks, maxModelLen: 9 });
    expect(records[0]).toMatchObject({ status: "completed", preemptions: 0, e2eS: 4 });
  }
});

test("a single output token ends with the prefill, and has no TPOT", () => {
  const { records, totals } = scheduled([request(0, 4, 1)]);
  expect(records[0]).toMatchObject({ status: "completed", outputTokens: 1, ttftS: 1, e2eS: 1 });
  expect(records[0]?.tpotS).toBeUndefined();
  expect(totals.latency.tpotS).toBeUndefined();
  expect(totals.latency.itlS).toBeUndefined();
  expect(totals.steps).toBe(1);
});

test("a request that arrives during a step joins at the next boundary", () => {
  // Decoding 200 tokens of context, the first would run many steps without a look at the queue.
  const { records } = scheduled([request(0, 200, 30), request(4.25, 3, 2), request(7, 3, 2)], {
    maxBatchedTokens: 256,
  });
  expect(records.map(({ queueS }) => queueS)).toEqual([0, 0.75, 0]);
  expect(records.map(({ ttftS }) => ttftS)).toEqual([1, 1.75, 1]);
});

test("nobody overtakes a prompt that finds no free blocks", () => {
  // 12 of 20 slots stay taken until the first has finished, at 4 s.
  const { records } = scheduled(
    [request(0, 10, 4), request(0, 12, 1), request(0, 1, 1)],
    {},
    { kvBlocks: 20, maxModelLen: 20 },
  );
  expect(records.map(({ queueS }) => queueS)).toEqual([0, 4, 4]);
});

describe("when no block is free for the next tokens", () => {
  const specs = [request(0, 3, 8), request(0, 3, 5)];
  const outcome = () =>
    scheduled(specs, { maxBatchedTokens: 3 }, { kvBlocks: 10, maxModelLen: 11 });

  test("the request admitted last makes room, waits at the head and computes its tokens again", () => {
    const { boundaries, records, totals } = outcome();
    expect(boundaries).toEqual([
      boundary(0, 0, { 0: 3 }),
      boundary(1, 1, { 1: 2 }),
      boundary(2, 1, { 1: 1 }),
      boundary(3, 2),
      // 6 + 4 tokens fill the cache. Two chunk tokens would fit again, but not in this step.
      boundary(4, 1, {}, [1]),
      boundary(5, 1, { 1: 2 }),
      // A prefill under way makes room too.
      boundary(6, 1, {}, [1]),
      boundary(7, 1),
      // Its prompt and the two tokens that it had emitted.
      boundary(8, 0, { 1: 3 }),
      boundary(9, 0, { 1: 2 }),
      boundary(10, 1),
      boundary(11, 1),
    ]);
    expect(records.map(({ e2eS }) => e2eS)).toEqual([8, 12]);
    expect(records.map(({ preemptions }) => preemptions)).toEqual([0, 2]);
    expect(totals.preemptions).toBe(2);
    expect(totals.kvPeakRatio).toBe(1);
  });

  test("tokens count once, and the gap between them spans the recomputation", () => {
    const { records, totals } = outcome();
    expect(totals.tokens).toMatchObject({ input: 6, output: 13, first: 2, computedPrompt: 6 });
    // 7 gaps of 1 s of the first; 1, 6 (from 4 s to 10 s), 1 and 1 s of the second.
    expect(totals.latency.itlS).toMatchObject({ count: 11, mean: 16 / 11, p50: 1 });
    expect(records[1]).toMatchObject({ ttftS: 3, tpotS: 9 / 4, queueS: 1 });
  });

  test("whatever was computed before is wasted: all but the last token of a recomputation", () => {
    const { totals } = outcome();
    // The step at 5 s shares with a decode that would cost as much alone; in the one at 9 s the
    // fourth token was computed before and the fifth was not, by FLOPs of 1e4 and 2 for each key.
    const wastedJ = 300 / 2 + 300 + (300 * (1e4 + 2 * 4)) / (2e4 + 2 * 4 + 2 * 5);
    expect(totals.energy.wastedJ).toBeCloseTo(wastedJ, 9);
  });
});

test("several victims return to the queue in the order in which they were admitted", () => {
  // Three prompts fill three blocks, and each wants another one at 1 s.
  const specs = [request(0, 4, 5), request(0, 4, 5), request(0, 4, 5)];
  const cache = { blockSize: 4, kvBlocks: 3, maxModelLen: 12 };
  const { boundaries, records } = scheduled(specs, {}, cache);
  expect(boundaries[1]).toEqual(boundary(1, 1, {}, [2, 1]));
  // The first has gone at 5 s; two blocks for the second, which leave one where two are needed.
  expect(boundaries[5]).toEqual(boundary(5, 0, { 1: 5 }));
  expect(records.map(({ preemptions }) => preemptions)).toEqual([0, 1, 1]);
  expect(records.map(({ e2eS }) => e2eS)).toEqual([5, 9, 13]);
});

describe("the model's length", () => {
  const outcome = scheduled(
    [request(0, 10, 5), request(0, 9, 5), request(0, 5, 5)],
    {},
    {
      maxModelLen: 10,
    },
  );

  test("rejects a prompt that leaves no room for a token", () => {
    expect(outcome.records[0]).toMatchObject({ status: "rejected", outputTokens: 0, energyJ: 0 });
    expect(outcome.records[0]?.replica).toBeUndefined();
    expect(outcome.totals.requests).toMatchObject({ injected: 3, completed: 2, rejected: 1 });
  });

  test("cuts the output where prompt and output together reach it, and counts that", () => {
    expect(outcome.records.map(({ outputTokens }) => outputTokens)).toEqual([0, 1, 5]);
    expect(outcome.totals.cutOutputs).toBe(1);
  });
});
