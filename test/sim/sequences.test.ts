import { describe, expect, test } from "vitest";
import { continuous } from "../../sim/batching/continuous.ts";
import { staticBatch } from "../../sim/batching/staticBatch.ts";
import type { RequestSpec } from "../../sim/ports.ts";
import type { ReplicaConfig } from "../../sim/replicaConfig.ts";
import { replica, request, stepModel, world } from "../support/world.ts";
import { oneSecondSteps, outcomeOf } from "./outcome.ts";

/** Steps of 1 s, blocks of 4 tokens. */
function several(
  specs: readonly RequestSpec[],
  [decoded = 1, returned = 1]: readonly number[],
  overrides: Partial<ReplicaConfig> = {},
) {
  const config = replica({
    stepModel: oneSecondSteps,
    batcher: continuous({ maxSeqs: 8, maxBatchedTokens: 64 }),
    blockSize: 4,
    swapBlocks: 100,
    sequences: { decoded, returned },
    ...overrides,
  });
  return outcomeOf(world(specs, { replicas: [config] }));
}

const peakBlocks = (outputTokens: number, decoded: number) =>
  1000 * several([request(0, 6, outputTokens)], [decoded, 1]).totals.kvPeakRatio;

describe("a request of several sequences", () => {
  test("shares the whole blocks of its prompt, and copies the one that is not full", () => {
    // 6 + 2 tokens fill 2 blocks, of which the first is shared.
    expect([1, 2, 3].map((decoded) => peakBlocks(3, decoded))).toEqual([2, 3, 4]);
    // The ninth token takes a block of each.
    expect([1, 2, 3].map((decoded) => peakBlocks(4, decoded))).toEqual([3, 5, 7]);
  });

  test("computes its prompt once, and a token of each sequence in a step", () => {
    const stepped = stepModel({
      stepS: 1e-9,
      prefillTokenS: 1,
      prefillPairS: 0,
      decodeSeqS: 1,
      contextTokenS: 0,
    });
    const { records, totals } = several([request(0, 6, 3)], [2, 2], { stepModel: stepped });
    expect(records[0]?.ttftS).toBeCloseTo(6, 6);
    expect(records[0]?.e2eS).toBeCloseTo(6 + 2 * 2, 6);
    expect(totals.tokens).toMatchObject({ input: 6, computedPrompt: 6 });
    expect(totals.energy.requestsJ).toBeCloseTo(records[0]?.energyJ ?? 0, 6);
  });

  test("emits the tokens of those that it returns, whatever was decoded beside them", () => {
    expect(several([request(0, 6, 3)], [2, 2]).totals.tokens).toMatchObject({
      output: 6,
      first: 2,
    });
    const best = several([request(0, 6, 3)], [3, 1]);
    expect(best.totals.tokens).toMatchObject({ output: 3, first: 1 });
    expect(best.records[0]).toMatchObject({ outputTokens: 3, tpotS: 1 });
  });

  test("is swapped out and in with all of them", () => {
    // 3 blocks each; at 3 s both want 2 more of 8.
    const specs = [request(0, 6, 6), request(0, 6, 4)];
    const { records, totals } = several(specs, [2, 2], { kvBlocks: 8, maxModelLen: 16 });
    expect(records.map(({ preemptions }) => preemptions)).toEqual([0, 1]);
    expect(totals.tokens).toMatchObject({ output: 20, computedPrompt: 12 });
    // 8 tokens of one, and the 4 of the other that are not shared: 10 us each, out and in.
    expect(records[0]?.e2eS).toBeCloseTo(6 + 12e-5, 9);
    expect(records[1]?.e2eS).toBeCloseTo(7 + 24e-5, 9);
  });

  test("needs as many blocks in the host", () => {
    const specs = [request(0, 6, 6), request(0, 6, 4)];
    const swapped = (swapBlocks: number) => () =>
      several(specs, [2, 2], { kvBlocks: 8, maxModelLen: 16, swapBlocks });
    expect(swapped(2)).toThrow("its 2 blocks do not hold the 3 of preempted requests");
    expect(swapped(3)).not.toThrow();
  });

  test("decodes in a static batch as well, each with what is not shared", () => {
    const { records, totals } = several([request(0, 6, 4), request(0, 6, 2)], [2, 2], {
      batcher: staticBatch({ batchSize: 2 }),
      swapBlocks: undefined,
    });
    expect(records.map(({ outputTokens }) => outputTokens)).toEqual([8, 4]);
    expect(totals.kvPeakRatio).toBe((5 + 5) / 1000);
  });
});
