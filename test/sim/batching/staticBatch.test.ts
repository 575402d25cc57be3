import { describe, expect, test } from "vitest";
import { SimulationError } from "../../../sim/assert.ts";
import { type StaticBatchLimits, staticBatch } from "../../../sim/batching/staticBatch.ts";
import type { RequestSpec } from "../../../sim/ports.ts";
import type { ReplicaConfig } from "../../../sim/replicaConfig.ts";
import type { SimulationConfig } from "../../../sim/simulationConfig.ts";
import { closedLoop } from "../../../workloads/closedLoop.ts";
import { replica, request, world } from "../../support/world.ts";
import { oneSecondSteps, outcomeOf } from "../outcome.ts";
import { type Boundary, watched } from "./watched.ts";

interface Overrides {
  readonly replica?: Partial<ReplicaConfig>;
  readonly simulation?: Partial<SimulationConfig>;
}

/** Steps of 1 s, blocks of one token; the boundaries at which a batch began, and what came of it. */
function batched(
  specs: readonly RequestSpec[],
  limits: StaticBatchLimits,
  overrides: Overrides = {},
) {
  const boundaries: Boundary[] = [];
  const batcher = watched(staticBatch(limits), boundaries);
  const config = replica({
    stepModel: oneSecondSteps,
    blockSize: 1,
    batcher,
    ...overrides.replica,
  });
  const outcome = outcomeOf(world(specs, { replicas: [config], ...overrides.simulation }));
  const begun = boundaries.filter(({ prefills }) => Object.keys(prefills).length > 0);
  return { begun, ...outcome };
}

test("an idle replica waits until a batch is full, then for the one before to end", () => {
  const specs = [request(0, 4, 3), request(2, 4, 3), request(2.5, 4, 3), request(2.75, 4, 3)];
  const { records } = batched(specs, { batchSize: 2 });
  expect(records.map(({ queueS }) => queueS)).toEqual([2, 0, 2.5, 2.25]);
  expect(records.map(({ e2eS }) => e2eS)).toEqual([5, 3, 5.5, 5.25]);
});

test("a batch takes no more than its size, in order of arrival", () => {
  const specs = Array.from({ length: 5 }, () => request(0, 4, 1));
  const { begun } = batched(specs, { batchSize: 2 });
  expect(begun.map(({ atS, prefills }) => [atS, Object.keys(prefills)])).toEqual([
    [0, ["0", "1"]],
    [1, ["2", "3"]],
    [2, ["4"]],
  ]);
});

describe("an unfilled batch", () => {
  test("starts once its oldest request has waited long enough", () => {
    const specs = [request(0, 4, 1), request(0.25, 4, 1), request(10, 4, 1)];
    const { records } = batched(specs, { batchSize: 4, batchWaitS: 0.5 });
    expect(records.map(({ queueS }) => queueS)).toEqual([0.5, 0.25, 0]);
  });

  test("starts when the batch before it ends, if it has waited longer than that", () => {
    const specs = [request(0, 4, 4), request(0.75, 4, 1), request(10, 4, 1)];
    const { records } = batched(specs, { batchSize: 4, batchWaitS: 0.5 });
    expect(records.map(({ queueS }) => queueS)).toEqual([0.5, 3.75, 0]);
  });

  test("starts at once without any patience", () => {
    const specs = [request(0, 4, 2), request(0.5, 4, 1), request(9, 4, 1)];
    const { records } = batched(specs, { batchSize: 4, batchWaitS: 0 });
    expect(records.map(({ queueS }) => queueS)).toEqual([0, 1.5, 0]);
  });

  test("starts when no request will come any more, on every replica", () => {
    const config = replica({
      stepModel: oneSecondSteps,
      batcher: staticBatch({ batchSize: 4 }),
    });
    const specs = [request(0, 4, 2), request(1, 4, 2), request(5, 4, 2)];
    const { records } = outcomeOf(world(specs, { replicas: [config, config] }));
    expect(records.map(({ replica: id, queueS }) => [id, queueS])).toEqual([
      [0, 5],
      [1, 4],
      [0, 0],
    ]);
  });

  test("also starts when the last request of all is rejected", () => {
    const { records } = batched([request(0, 4, 2), request(3, 2000, 2)], { batchSize: 4 });
    expect(records.map(({ status }) => status)).toEqual(["completed", "rejected"]);
    expect(records[0]?.queueS).toBe(3);
  });

  test("of a closed loop waits for the last request while that is still on its way", () => {
    const pair = { promptTokens: 4, outputTokens: 1 };
    const lengths = { next: () => pair, promptCuts: 0, outputCuts: 0 };
    const source = closedLoop({ concurrency: 3, thinkTimeS: 5, lengths, requests: 4 });
    const { begun } = batched([], { batchSize: 2 }, { simulation: { source } });
    // The third waits at 1 s, when the fourth and last is issued to arrive at 6 s.
    expect(begun).toEqual([
      { atS: 0, decodes: 0, prefills: { 0: 4, 1: 4 }, preempted: [] },
      { atS: 6, decodes: 0, prefills: { 2: 4, 3: 4 }, preempted: [] },
    ]);
  });

  test("of a closed loop starts with the last request, if that leaves it unfilled", () => {
    const pair = { promptTokens: 4, outputTokens: 1 };
    const lengths = { next: () => pair, promptCuts: 0, outputCuts: 0 };
    const source = closedLoop({ concurrency: 2, thinkTimeS: 5, lengths, requests: 3 });
    const simulation = { source, frontEndS: 0.25 };
    const { begun } = batched([], { batchSize: 2 }, { simulation });
    expect(begun.map(({ atS }) => atS)).toEqual([0.25, 6.5]);
  });
});

describe("prompts are padded", () => {
  const specs = [request(0, 2, 3), request(0, 6, 3)];

  test("to the longest of the batch", () => {
    const { begun, totals } = batched(specs, { batchSize: 2 });
    expect(begun[0]?.prefills).toEqual({ 0: 6, 1: 6 });
    // Padding and two decoded tokens of each are cached.
    expect(totals.kvPeakRatio).toBe((2 * (6 + 2)) / 1000);
    expect(totals.tokens).toMatchObject({ input: 8, output: 6, first: 2, computedPrompt: 8 });
  });

  test("to a length of their own", () => {
    const { begun } = batched(specs, { batchSize: 2, padToTokens: 10 });
    expect(begun[0]?.prefills).toEqual({ 0: 10, 1: 10 });
  });

  test("never below the longest", () => {
    const { begun } = batched(specs, { batchSize: 2, padToTokens: 4 });
    expect(begun[0]?.prefills).toEqual({ 0: 6, 1: 6 });
  });

  test("at the cost of whom they belong to", () => {
    const { records, totals } = batched(specs, { batchSize: 2 });
    const [short, long] = records;
    expect(short?.energyJ).toBeCloseTo(long?.energyJ ?? 0, 9);
    // Half of the prefill's 300 J less what 2 tokens of 6 cost, by FLOPs: 1e4 and 2 for each key.
    const sixJ = 150;
    const twoJ = (sixJ * (2e4 + 2 * (1 + 2))) / (6e4 + 2 * (1 + 2 + 3 + 4 + 5 + 6));
    expect(totals.energy.wastedJ).toBeCloseTo(sixJ - twoJ, 9);
  });
});

test("all requests of a batch complete when its longest output is there", () => {
  const { records, totals } = batched([request(0, 4, 2), request(0, 4, 4), request(0, 4, 1)], {
    batchSize: 3,
  });
  expect(records.map(({ ttftS }) => ttftS)).toEqual([1, 1, 1]);
  expect(records.map(({ e2eS }) => e2eS)).toEqual([4, 4, 4]);
  // The time after the first token, by the tokens that follow it.
  expect(records.map(({ tpotS }) => tpotS)).toEqual([3, 1, undefined]);
  expect(totals.tokens.output).toBe(7);
  expect(totals.latency.itlS).toMatchObject({ count: 4, mean: 1 });
});

test("a finished slot idles along: its joules are wasted and stay its own", () => {
  const { records, totals } = batched([request(0, 4, 2), request(0, 4, 4)], { batchSize: 2 });
  for (const { energyJ } of records) expect(energyJ).toBeCloseTo(600, 9);
  // From 2 s to 4 s half of 300 W.
  expect(totals.energy).toMatchObject({ prefillJ: 300, idleJ: 0 });
  expect(totals.energy.wastedJ).toBeCloseTo(300, 9);
  expect(totals.energy.decodeJ).toBeCloseTo(600, 9);
});

describe("a batch that does not fit the KV cache stops the run with a message", () => {
  const outcome = (specs: RequestSpec[], kvBlocks: number) => () =>
    batched(specs, { batchSize: 2 }, { replica: { kvBlocks } });

  test("when its prompts do not fit", () => {
    const run = outcome([request(0, 4, 3), request(0, 6, 3)], 11);
    expect(run).toThrow(SimulationError);
    expect(run).toThrow(
      /^replica 0 is out of KV memory at 0\.000 s: 2 prompts padded to 6 tokens, .*of 11 blocks of 1 tokens are free; smaller batches or shorter padding would fit$/,
    );
  });

  test("when its next tokens do not fit", () => {
    const run = outcome([request(0, 4, 3), request(0, 6, 3)], 15);
    expect(run).toThrow(/at 2\.000 s: the batch has no room for its next tokens, /);
    expect(outcome([request(0, 4, 3), request(0, 6, 3)], 16)).not.toThrow();
  });
});
