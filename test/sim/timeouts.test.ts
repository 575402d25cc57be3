import { describe, expect, test } from "vitest";
import { chunkedPrefill } from "../../sim/batching/chunkedPrefill.ts";
import { staticBatch } from "../../sim/batching/staticBatch.ts";
import type { RequestSource, RequestSpec } from "../../sim/ports.ts";
import type { ReplicaConfig } from "../../sim/replicaConfig.ts";
import type { SimulationConfig } from "../../sim/simulationConfig.ts";
import { closedLoop } from "../../workloads/closedLoop.ts";
import { replica, request, world } from "../support/world.ts";
import { oneSecondSteps, outcomeOf } from "./outcome.ts";

/** Steps of 1 s that draw 300 W, KV blocks of one token, one sequence at a time. */
function served(
  specs: readonly RequestSpec[],
  run: Partial<SimulationConfig> = {},
  overrides: Partial<ReplicaConfig> = {},
) {
  const batcher = chunkedPrefill({ maxSeqs: 1, maxBatchedTokens: 4096 });
  const slow = replica({ stepModel: oneSecondSteps, blockSize: 1, batcher, ...overrides });
  return outcomeOf(world(specs, { replicas: [slow], ...run }));
}

describe("a client that gives up", () => {
  test("leaves the queue at once", () => {
    const hasty = [{ name: "hasty", priority: 0, timeoutS: 3.5 }];
    const specs = [request(0, 4, 9), { ...request(1, 4, 2), classId: 0 }, request(2, 4, 2)];
    const { records, totals } = served(specs, { classes: hasty });
    expect(records.map(({ status }) => status)).toEqual(["completed", "timedOut", "completed"]);
    expect(records[1]).toMatchObject({ outputTokens: 0, energyJ: 0, queueS: undefined });
    expect(records[2]).toMatchObject({ queueS: 7 });
    expect(totals.requests).toMatchObject({ injected: 3, completed: 2, timedOut: 1 });
  });

  test("leaves the batch when the step under way ends, with the tokens and joules it has had", () => {
    const { records, totals } = served([request(0, 200, 9)], { timeoutS: 3.5 });
    expect(records[0]).toMatchObject({ status: "timedOut", outputTokens: 4, energyJ: 1200 });
    expect(records[0]).toMatchObject({ ttftS: 1, e2eS: undefined, tpotS: undefined });
    expect(totals).toMatchObject({ durationS: 4, steps: 4 });
    expect(totals.tokens).toMatchObject({ input: 200, output: 4, first: 1 });
    expect(totals.energy).toMatchObject({ requestsJ: 1200, prefillJ: 300, decodeJ: 900 });
  });

  test("leaves between two steps where its patience ends there", () => {
    for (const macroSteps of [true, false]) {
      const { records, totals } = served([request(0, 200, 9)], { timeoutS: 4, macroSteps });
      expect(records[0]).toMatchObject({ status: "timedOut", outputTokens: 4 });
      expect(totals.durationS).toBe(4);
    }
  });

  test("cancels of its own will before its patience ends, or not at all", () => {
    const cancelled = { ...request(0, 200, 9), cancelAfterS: 2.5 };
    const { records, totals } = served([cancelled], { timeoutS: 4.5, clientsCancel: true });
    expect(records[0]).toMatchObject({ status: "cancelled", outputTokens: 3, energyJ: 900 });
    expect(totals.requests).toMatchObject({ cancelled: 1, timedOut: 0 });
    expect(totals.latency.itlS).toBeUndefined();
    const late = { ...request(0, 200, 9), cancelAfterS: 4.5 };
    const timedOut = served([late], { timeoutS: 2.5, clientsCancel: true });
    expect(timedOut.records[0]).toMatchObject({ status: "timedOut", outputTokens: 3 });
  });

  test("has what ends at that very instant", () => {
    const { records } = served([request(0, 4, 4)], { timeoutS: 4 });
    expect(records[0]).toMatchObject({ status: "completed", e2eS: 4 });
  });

  test("is not served any better by a last token in the step that it no longer waits for", () => {
    const { records, totals } = served([request(0, 4, 4)], { timeoutS: 3.5 });
    expect(records[0]).toMatchObject({ status: "timedOut", outputTokens: 4 });
    expect(totals.latency.e2eS).toBeUndefined();
  });

  test("counts in no latency list, each of its gaps too", () => {
    const specs = [request(0, 4, 9), request(4, 4, 3)];
    const { totals } = served(specs, { timeoutS: 3.5 });
    expect(totals.requests).toMatchObject({ completed: 1, timedOut: 1 });
    expect(totals.latency.itlS).toMatchObject({ count: 2, mean: 1 });
    for (const name of ["ttftS", "tpotS", "e2eS", "queueS"] as const) {
      expect(totals.latency[name]?.count).toBe(1);
    }
  });

  test("waits from its arrival on, and is not heard before it is through the front end", () => {
    const { records, totals } = served([request(0, 4, 9)], { frontEndS: 2, timeoutS: 1 });
    expect(records[0]).toMatchObject({ status: "timedOut", energyJ: 0 });
    expect(records[0]?.queueS).toBeUndefined();
    expect(totals).toMatchObject({ durationS: 2, steps: 0 });
  });
});

describe("whoever comes after a client that gave up", () => {
  test("joins at the next step boundary, in the midst of a long run", () => {
    // The second needs more than is free until the first has gone, the third does not.
    const specs = [request(0, 200, 99), request(1.5, 800, 1), request(2.5, 4, 1)];
    const batcher = chunkedPrefill({ maxSeqs: 4, maxBatchedTokens: 4096 });
    const classes = [{ name: "hasty", priority: 0, timeoutS: 4 }];
    const [first, second, third] = specs.map((spec, i) =>
      i === 1 ? { ...spec, classId: 0 } : spec,
    );
    const asked = [first, second, third].map((spec) => ({ ...request(0, 1, 1), ...spec }));
    for (const macroSteps of [true, false]) {
      const { records } = served(asked, { classes, macroSteps }, { batcher, kvBlocks: 900 });
      expect(records.map(({ status }) => status)).toEqual(["completed", "timedOut", "completed"]);
      // Gone at 5.5 s: the third starts at 6 s.
      expect(records[2]).toMatchObject({ queueS: 3.5, ttftS: 4.5 });
    }
  });

  test("is issued by a closed loop all the same", () => {
    const lengths = {
      next: () => ({ promptTokens: 4, outputTokens: 9 }),
      promptCuts: 0,
      outputCuts: 0,
    };
    const source: RequestSource = closedLoop({
      concurrency: 1,
      thinkTimeS: 1,
      requests: 3,
      lengths,
    });
    const { records } = served([], { source, timeoutS: 1.5 });
    expect(records.map(({ arrivalS }) => arrivalS)).toEqual([0, 3, 6]);
    expect(records.map(({ status }) => status)).toEqual(["timedOut", "timedOut", "timedOut"]);
  });
});

test("a client cannot leave a static batch, which computes its tokens to the end", () => {
  const specs = [request(0, 4, 6), request(0, 4, 2)];
  const batcher = staticBatch({ batchSize: 2 });
  const { records, totals } = served(specs, { timeoutS: 2.5 }, { batcher });
  expect(records.map(({ status }) => status)).toEqual(["timedOut", "timedOut"]);
  expect(records.map(({ outputTokens }) => outputTokens)).toEqual([6, 2]);
  expect(totals.durationS).toBe(6);
});

test("a full queue rejects whoever comes, and the next is taken once there is room", () => {
  // Both arrive while the first runs: one may wait.
  const specs = [request(0, 4, 3), request(0.5, 4, 1), request(0.75, 4, 1), request(3.5, 4, 1)];
  const { records, totals } = served(specs, {}, { maxWaiting: 1 });
  expect(records.map(({ status }) => status)).toEqual([
    "completed",
    "completed",
    "rejected",
    "completed",
  ]);
  expect(totals.requests).toMatchObject({ injected: 4, completed: 3, rejected: 1 });
  expect(records[2]).toMatchObject({ energyJ: 0, outputTokens: 0, queueS: undefined });
});
