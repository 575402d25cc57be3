import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BatcherName } from "../../sim/batching/batchers.ts";
import { batchers } from "../../sim/batching/batchers.ts";
import type { RequestSpec } from "../../sim/ports.ts";
import { randomStreams } from "../../sim/random.ts";
import type { ReplicaConfig } from "../../sim/replicaConfig.ts";
import { type Boundary, watched } from "../sim/batching/watched.ts";
import { oneSecondSteps, outcomeOf } from "../sim/outcome.ts";
import { configOf, smallWorld } from "../support/smallWorlds.ts";
import { replica, request, world } from "../support/world.ts";

/** Published bugs of other simulators of LLM serving, each as what a run must show instead. */
const inFlight: readonly Exclude<BatcherName, "static">[] = [
  "chunked_prefill",
  "continuous",
  "orca",
];

function served(
  name: (typeof inFlight)[number],
  specs: readonly RequestSpec[],
  overrides: Partial<ReplicaConfig> = {},
) {
  const batcher = batchers[name]({ maxSeqs: 8, maxBatchedTokens: 64 });
  const config = replica({ stepModel: oneSecondSteps, blockSize: 1, batcher, ...overrides });
  return outcomeOf(world(specs, { replicas: [config] }));
}

describe.each(inFlight)("under %s", (name) => {
  test("a batch that shrinks while it is gone through preempts a few and completes all", () => {
    // All 40 start at once where the cache takes 3 of them at their full length.
    const specs = Array.from({ length: 40 }, () => request(0, 8, 12));
    for (const swapBlocks of name === "continuous" ? [undefined, 100] : [undefined]) {
      const { totals } = served(name, specs, { kvBlocks: 60, maxModelLen: 20, swapBlocks });
      expect(totals.requests.completed).toBe(40);
      expect(totals.tokens).toMatchObject({ input: 320, output: 480, computedPrompt: 320 });
      expect(totals.preemptions).toBeGreaterThan(0);
      expect(totals.preemptions).toBeLessThan(480);
    }
  });

  test("a cache of exactly prompt and output but for the last token is enough", () => {
    for (const [blockSize, kvBlocks] of [
      [1, 8],
      [4, 2],
      [8, 1],
    ] as const) {
      const { totals } = served(name, [request(0, 5, 4)], { blockSize, kvBlocks, maxModelLen: 9 });
      expect(totals).toMatchObject({ preemptions: 0, kvPeakRatio: 1, durationS: 4 });
      expect(totals.requests.completed).toBe(1);
    }
  });

  test("a request larger than the cache is rejected or stops the run, and never hangs", () => {
    const small = { kvBlocks: 10, maxModelLen: 10 };
    const { totals } = served(name, [request(0, 12, 3), request(0, 4, 3)], small);
    expect(totals.requests).toMatchObject({ rejected: 1, completed: 1 });
    const larger = () => served(name, [request(0, 12, 3)], { ...small, maxModelLen: 30 });
    expect(larger).toThrow(/nothing will happen any more|no new token|nobody is left to preempt/);
  });

  test("one output token has no time per token, and nothing is divided by zero", () => {
    const { records, totals } = served(name, [request(0, 4, 1)]);
    expect(records[0]).toMatchObject({ status: "completed", ttftS: 1, e2eS: 1, tpotS: undefined });
    expect(totals.latency.tpotS).toBeUndefined();
    expect(totals.latency.itlS).toBeUndefined();
    const numbers = JSON.stringify(totals, (_, value: unknown) =>
      typeof value === "number" && !Number.isFinite(value) ? `not finite: ${value}` : value,
    );
    expect(numbers).not.toContain("not finite");
  });

  test("a step follows while somebody waits: at load 0.3 the wait is the queue's alone", () => {
    // A step of 1 s each, one request at a time: M/D/1 waits 0.3 / (2 x 0.7) s.
    const draw = randomStreams("load 0.3")("arrivals");
    let arrivalS = 0;
    const specs = Array.from({ length: 20_000 }, () => {
      arrivalS += -Math.log(1 - draw()) / 0.3;
      return request(arrivalS, 4, 1);
    });
    const batcher = batchers[name]({ maxSeqs: 1, maxBatchedTokens: 64 });
    const { totals } = served(name, specs, { batcher });
    expect((totals.latency.queueS?.mean ?? 0) / (0.3 / 1.4)).toBeCloseTo(1, 1);
  });
});

test("no token of a prompt is scheduled twice while nobody is preempted", () => {
  fc.assert(
    fc.property(smallWorld, (small) => {
      if (small.scheduler === "static") return;
      const config = configOf({ ...small, horizonS: undefined });
      const boundaries: Boundary[] = [];
      const replicas = config.replicas.map((one) => ({
        ...one,
        batcher: watched(one.batcher, boundaries),
      }));
      const { records } = outcomeOf({ ...config, replicas });
      for (const { id, status, promptTokens, cachedTokens, preemptions } of records) {
        if (status !== "completed" || preemptions > 0) continue;
        const computed = boundaries.reduce((sum, { prefills }) => sum + (prefills[id] ?? 0), 0);
        expect(computed + cachedTokens).toBe(promptTokens);
      }
    }),
  );
});

test("idle joules of every replica are in the total, and a replica's joules are not counted by stage", () => {
  const replicas = [1, 2, 4].map((gpus) =>
    replica({ stepModel: oneSecondSteps, gpus, idleW: 100 * gpus }),
  );
  const { totals } = outcomeOf(world([request(0, 4, 10)], { replicas, router: () => 0 }));
  // 10 s at 300 W of the first; the others idle at 200 and 400 W.
  expect(totals.energy).toMatchObject({ gpuJ: 10 * (300 + 200 + 400), idleJ: 6000 });
});
