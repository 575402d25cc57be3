import { expect, test } from "vitest";
import { chunkedPrefill } from "../../sim/batching/chunkedPrefill.ts";
import { continuous } from "../../sim/batching/continuous.ts";
import type { RequestSpec } from "../../sim/ports.ts";
import type { ReplicaConfig } from "../../sim/replicaConfig.ts";
import { replica, request, stepModel, world } from "../support/world.ts";
import { oneSecondSteps, outcomeOf } from "./outcome.ts";

/** Steps of 1 s; three drafts a step, and so many tokens emitted, by how many steps there were. */
function guessed(
  specs: readonly RequestSpec[],
  emitted: (steps: number) => number,
  overrides: Partial<ReplicaConfig> = {},
) {
  const speculation = { draftTokens: 3, emissions: () => emitted };
  const slow = replica({ stepModel: oneSecondSteps, blockSize: 1, speculation, ...overrides });
  return outcomeOf(world(specs, { replicas: [slow] }));
}

test("a step emits what is accepted and one more, and no more than is asked for", () => {
  // Tokens after each step: 1, 4, 7 and 8.
  const { records, totals } = guessed([request(0, 4, 8)], () => 3);
  expect(records[0]).toMatchObject({ outputTokens: 8, e2eS: 4, ttftS: 1, tpotS: 3 / 7 });
  expect(totals).toMatchObject({ steps: 4, tokensPerVerification: 7 / 3 });
  expect(totals.tokens).toMatchObject({ input: 4, output: 8 });
});

test("tokens that come together have one gap before them", () => {
  const { totals } = guessed([request(0, 4, 8)], () => 3);
  expect(totals.latency.itlS).toMatchObject({ count: 3, mean: 1 });
});

test("what is computed for tokens that are not emitted is wasted", () => {
  // Of 4 tokens a step 3, 3 and 1 are emitted, for 300 J each.
  const { totals, records } = guessed([request(0, 4, 8)], () => 3);
  expect(totals.energy.wastedJ).toBeCloseTo(75 + 75 + 225, 9);
  expect(totals.energy.decodeJ).toBeCloseTo(225 + 225 + 75, 9);
  expect(records[0]?.energyJ).toBeCloseTo(4 * 300, 9);
});

test("where all drafts are right nothing is wasted, where none is right three quarters are", () => {
  expect(guessed([request(0, 4, 9)], () => 4).totals.energy.wastedJ).toBeCloseTo(0, 9);
  const wrong = guessed([request(0, 4, 9)], () => 1).totals;
  expect(wrong).toMatchObject({ steps: 9, tokensPerVerification: 1 });
  expect(wrong.energy.wastedJ).toBeCloseTo((8 * 300 * 3) / 4, 9);
});

test("how many are accepted is asked for each sequence, by how many steps it has had", () => {
  const steps: number[] = [];
  const emitted = (count: number) => {
    steps.push(count);
    return 1 + (count % 2);
  };
  const { records } = guessed([request(0, 4, 4), request(0, 4, 2)], emitted);
  expect(steps).toEqual([0, 0, 1]);
  expect(records.map(({ e2eS }) => e2eS)).toEqual([3, 2]);
});

test("a step verifies all tokens of all drafts", () => {
  const stepped = stepModel({ stepS: 1e-9, prefillTokenS: 0, prefillPairS: 0, decodeSeqS: 1 });
  const { records } = guessed([request(0, 4, 9)], () => 4, { stepModel: stepped });
  expect(records[0]?.e2eS).toBeCloseTo(2 * 4, 2);
});

test("room is held for tokens that may be accepted, up to the model's length", () => {
  // 10 tokens are cached before the last step, which could add 4.
  const peak = (maxModelLen: number) =>
    1000 * guessed([request(0, 4, 8)], () => 3, { maxModelLen }).totals.kvPeakRatio;
  expect(peak(1024)).toBeCloseTo(14, 9);
  expect(peak(12)).toBeCloseTo(12, 9);
});

test("room for drafts that were wrong serves the next step, and is given back at a preemption", () => {
  // 4 tokens and 4 slots each fill 16 blocks. At 2 s both need one more; back at 4 s, it needs 4.
  const { records, totals } = guessed([request(0, 4, 5), request(0, 4, 5)], () => 1, {
    kvBlocks: 16,
    maxModelLen: 16,
  });
  expect(records.map(({ preemptions }) => preemptions)).toEqual([0, 2]);
  expect(totals.requests.completed).toBe(2);
  expect(totals.kvPeakRatio).toBe(1);
});

test("drafts take tokens of the budget", () => {
  const batcher = chunkedPrefill({ maxSeqs: 8, maxBatchedTokens: 10 });
  const { records } = guessed([request(0, 4, 9), request(0.5, 12, 1)], () => 1, { batcher });
  // 6 tokens are left beside the 4 of the first.
  expect(records[1]?.ttftS).toBe(2.5);
});

test("gaps of a client that gives up leave the list, however many steps there were", () => {
  // The first emits two tokens a step, the second, which gives up in the end, one.
  let asked = 0;
  const emitted = () => 1 + (++asked % 2);
  const specs = [request(0, 4, 10_000), { ...request(0, 4, 10_000), classId: 0 }];
  const speculation = { draftTokens: 1, emissions: () => emitted };
  const roomy = { kvBlocks: 1000, blockSize: 100, maxModelLen: 20_000 };
  const { totals } = outcomeOf(
    world(specs, {
      replicas: [replica({ stepModel: oneSecondSteps, speculation, ...roomy })],
      classes: [{ name: "hasty", priority: 0, timeoutS: 4990.5 }],
    }),
  );
  expect(totals.requests).toMatchObject({ completed: 1, timedOut: 1 });
  expect(totals.latency.itlS?.count).toBeGreaterThanOrEqual(5000);
  expect(totals.latency.itlS?.count).toBeLessThan(5020);
});

test("who is swapped out comes back only where all its drafts have room", () => {
  const batcher = continuous({ maxSeqs: 8, maxBatchedTokens: 64 });
  const { records, totals } = guessed([request(0, 4, 9), request(0, 4, 9)], () => 2, {
    batcher,
    kvBlocks: 18,
    maxModelLen: 18,
    swapBlocks: 18,
  });
  expect(totals.requests.completed).toBe(2);
  expect(records.map(({ preemptions }) => preemptions)).toEqual([0, 1]);
  expect(totals.tokens).toMatchObject({ input: 8, output: 18, computedPrompt: 8 });
});
