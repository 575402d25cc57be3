import { describe, expect, test } from "vitest";
import type { BatchLimits } from "../../../sim/batching/chunkedPrefill.ts";
import { continuous } from "../../../sim/batching/continuous.ts";
import type { RequestSpec } from "../../../sim/ports.ts";
import { schedulingPolicies } from "../../../sim/queue/schedulingPolicies.ts";
import type { ReplicaConfig } from "../../../sim/replicaConfig.ts";
import type { SimulationConfig } from "../../../sim/simulationConfig.ts";
import { replica, request, world } from "../../support/world.ts";
import { oneSecondSteps, outcomeOf } from "../outcome.ts";
import { type Boundary, watched } from "./watched.ts";

const roomy: BatchLimits = { maxSeqs: 8, maxBatchedTokens: 64 };

/** Steps of 1 s, blocks of one token; prompts by the second at which they are computed. */
function scheduled(
  specs: readonly RequestSpec[],
  overrides: Partial<ReplicaConfig & BatchLimits> = {},
  run: Partial<SimulationConfig> = {},
) {
  const { maxSeqs = roomy.maxSeqs, maxBatchedTokens = roomy.maxBatchedTokens, ...rest } = overrides;
  const boundaries: Boundary[] = [];
  const batcher = watched(continuous({ maxSeqs, maxBatchedTokens }), boundaries);
  const config = replica({ stepModel: oneSecondSteps, blockSize: 1, batcher, ...rest });
  const outcome = outcomeOf(world(specs, { replicas: [config], ...run }));
  const prompts = boundaries
    .filter(({ prefills }) => Object.keys(prefills).length > 0)
    .map(({ atS, prefills }) => [atS, prefills]);
  return { prompts, ...outcome };
}

test("a prompt stalls those who decode: their gap is longer by its step", () => {
  const { prompts, records, totals } = scheduled([request(0, 4, 4), request(1.5, 4, 2)]);
  expect(prompts).toEqual([
    [0, { 0: 4 }],
    [2, { 1: 4 }],
  ]);
  // Tokens at 1, 2, 4 and 5 s of the first, at 3 and 4 s of the second.
  expect(records.map(({ e2eS }) => e2eS)).toEqual([5, 2.5]);
  expect(totals.latency.itlS).toMatchObject({ count: 4, mean: (1 + 2 + 1 + 1) / 4, p50: 1 });
  expect(totals.latency.itlS?.p99).toBeCloseTo(1.97, 9);
  expect(totals.steps).toBe(5);
});

test("joules of a step of prompts are theirs alone", () => {
  const { records } = scheduled([request(0, 4, 4), request(1.5, 4, 2)]);
  // The decode at 3 s is shared by both.
  expect(records.map(({ energyJ }) => energyJ)).toEqual([300 + 300 + 150 + 300, 300 + 150]);
});

test("prompts are computed whole: one that the budget has no room for waits for the next step", () => {
  const { prompts, records } = scheduled([request(0, 6, 2), request(0, 3, 2), request(0, 2, 2)], {
    maxBatchedTokens: 8,
  });
  // The third would fit beside the first, but nobody overtakes.
  expect(prompts).toEqual([
    [0, { 0: 6 }],
    [1, { 1: 3, 2: 2 }],
  ]);
  expect(records.map(({ ttftS }) => ttftS)).toEqual([1, 2, 2]);
  expect(records.map(({ e2eS }) => e2eS)).toEqual([3, 3, 3]);
});

test("prompts come before those who decode for as long as there are any", () => {
  const arrivals = [0, 1, 2, 3].map((arrivalS) => request(arrivalS, 4, 2));
  const { records } = scheduled(arrivals);
  expect(records.map(({ ttftS }) => ttftS)).toEqual([1, 1, 1, 1]);
  expect(records.map(({ e2eS }) => e2eS)).toEqual([5, 4, 3, 2]);
});

test("blocks of the watermark stay free when a prompt is admitted, not when sequences grow", () => {
  const specs = [request(0, 5, 5), request(0, 4, 1)];
  const queues = (watermarkBlocks: number) =>
    scheduled(specs, { kvBlocks: 10, maxModelLen: 10, watermarkBlocks }).records.map(
      ({ queueS }) => queueS,
    );
  expect(queues(1)).toEqual([0, 0]);
  // 9 blocks at the end of the first leave one.
  expect(queues(2)).toEqual([0, 5]);
  expect(
    scheduled([request(0, 5, 6)], { kvBlocks: 10, maxModelLen: 11, watermarkBlocks: 5 }).totals,
  ).toMatchObject({ kvPeakRatio: 1, preemptions: 0 });
});

test("in a step of their own prompts may take the blocks that the next decode step needs", () => {
  // 3 + 3 of 7 blocks; the third prompt takes the seventh, and both others want one at 2 s.
  const specs = [request(0, 3, 2), request(0, 3, 2), request(0.5, 1, 1)];
  const { prompts, records } = scheduled(specs, { kvBlocks: 7, maxModelLen: 7 });
  expect(prompts).toEqual([
    [0, { 0: 3, 1: 3 }],
    [1, { 2: 1 }],
    [3, { 1: 4 }],
  ]);
  expect(records.map(({ preemptions }) => preemptions)).toEqual([0, 1, 0]);
});

describe("where the cache is full and the host takes what is preempted", () => {
  const specs = [request(0, 3, 8), request(0, 3, 5)];
  const cache = { kvBlocks: 10, maxModelLen: 11, swapBlocks: 10 };
  /** The link to the host takes 10 us a token: 5 tokens out before the step at 3 s, back at 8 s. */
  const linkS = 5e-5;

  test("the request admitted last leaves, and comes back with all that it had", () => {
    const { records, totals, prompts } = scheduled(specs, cache);
    expect(prompts).toEqual([[0, { 0: 3, 1: 3 }]]);
    expect(records[0]?.e2eS).toBeCloseTo(8 + linkS, 9);
    expect(records[1]?.e2eS).toBeCloseTo(10 + 2 * linkS, 9);
    expect(records.map(({ preemptions }) => preemptions)).toEqual([0, 1]);
    expect(totals).toMatchObject({ steps: 10, preemptions: 1, kvPeakRatio: 1 });
  });

  test("its tokens count once, nothing is computed again, and the gap spans its absence", () => {
    const { totals } = scheduled(specs, cache);
    expect(totals.tokens).toMatchObject({ input: 6, output: 13, first: 2, computedPrompt: 6 });
    expect(totals.energy.wastedJ).toBe(0);
    // 7 gaps of 1 s of the first; 1, 1, 6 and 1 s of the second.
    expect(totals.latency.itlS?.count).toBe(11);
    expect((totals.latency.itlS?.mean ?? 0) * 11).toBeCloseTo(7 + 9 + 3 * linkS, 9);
  });

  test("no prompt is admitted before it is back, however small", () => {
    const { records } = scheduled([...specs, request(4.5, 1, 1)], cache);
    // It is back in the step from 8 to 9 s.
    expect(records[2]?.queueS).toBeCloseTo(9 + 2 * linkS - 4.5, 9);
  });

  test("the run stops where the host has too little room", () => {
    expect(() => scheduled(specs, { ...cache, swapBlocks: 4 })).toThrow(
      "the swap space is too small: its 4 blocks do not hold the 5 of preempted requests",
    );
  });

  test("a client that gives up meanwhile frees the host's blocks, and prompts are admitted again", () => {
    const patient = [{ ...specs[0], classId: 0 }, { ...specs[1], classId: 1 }, request(4, 1, 1)];
    const classes = [
      { name: "patient", priority: 0 },
      { name: "hasty", priority: 0, timeoutS: 5.25 },
    ];
    const asked = patient.map((spec) => ({ ...request(0, 1, 1), ...spec }));
    const { records } = scheduled(asked, cache, { classes });
    expect(records.map(({ status }) => status)).toEqual(["completed", "timedOut", "completed"]);
    expect(records[1]).toMatchObject({ outputTokens: 3 });
    expect(records[2]?.queueS).toBeCloseTo(6 + linkS - 4, 9);
  });
});

test("by priority the least urgent gives way, whoever came first, and waits for its place", () => {
  const specs = [
    { ...request(0, 3, 5), classId: 1 },
    { ...request(0.5, 3, 5), classId: 0 },
    { ...request(4.5, 3, 1), classId: 0 },
  ];
  const classes = [
    { name: "urgent", priority: 0 },
    { name: "lazy", priority: 1 },
  ];
  const { records } = scheduled(
    specs,
    { kvBlocks: 10, maxModelLen: 10, policy: schedulingPolicies.priority },
    { classes },
  );
  expect(records.map(({ preemptions }) => preemptions)).toEqual([1, 0, 0]);
  // Preempted at 4 s, it is overtaken by the third at 5 s, and fits again at 7 s.
  expect(records.map(({ e2eS }) => e2eS)).toEqual([9, 6.5, 1.5]);
});
