import fc from "fast-check";
import { expect, test } from "vitest";
import type { Batcher } from "../../sim/batching/batcher.ts";
import { chunkedPrefill } from "../../sim/batching/chunkedPrefill.ts";
import { continuous } from "../../sim/batching/continuous.ts";
import { staticBatch } from "../../sim/batching/staticBatch.ts";
import type { MarginalRequest } from "../../sim/marginalRequest.ts";
import type { RequestSpec } from "../../sim/ports.ts";
import { Simulation } from "../../sim/simulation.ts";
import { configOf, smallWorld } from "../support/smallWorlds.ts";
import { replica, request, world } from "../support/world.ts";

const limits = { maxSeqs: 64, maxBatchedTokens: 8192 };

/** So many requests that come at once, on a replica that has room for all, and perhaps a later one. */
function together(
  count: number,
  later: readonly RequestSpec[] = [],
  batcher: Batcher = chunkedPrefill(limits),
) {
  const first = Array.from({ length: count }, () => request(0, 50, 800));
  const replicas = [replica({ batcher, kvBlocks: 10_000, maxModelLen: 4000 })];
  return world([...first, ...later], { replicas, horizonS: 100 });
}

function sumJ(marginal: MarginalRequest | undefined): number {
  if (marginal === undefined) throw new Error("nobody can join");
  return marginal.prefillJ + marginal.decodeJ - marginal.savedIdleJ;
}

test("another request adds what a run draws more in which it does come", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 20, max: 200 }),
      fc.constantFrom(chunkedPrefill(limits), continuous(limits)),
      (count, promptTokens, outputTokens, batcher) => {
        const without = new Simulation(together(count, [], batcher));
        const withIt = together(count, [request(1, promptTokens, outputTokens)], batcher);
        // Amid its answer, had it come.
        without.advance(1 + 0.012 * (outputTokens / 2));
        const typical = { promptTokens, cachedTokens: 0, outputTokens };
        const { marginal } = without.snapshot({ typical });
        expect(marginal?.meanBatch).toBe(count);
        const moreJ = new Simulation(withIt).run().energy.gpuJ - without.run().energy.gpuJ;
        expect(Math.abs(sumJ(marginal) / moreJ - 1)).toBeLessThan(0.02);
      },
    ),
  );
});

test("the first request on an idle replica pays for whole steps, the next ones far less", () => {
  const typical = { promptTokens: 100, cachedTokens: 0, outputTokens: 100 };
  const [aloneJ = 0, secondJ = 0] = [0, 1].map((count) => {
    const simulation = new Simulation(together(count));
    simulation.advance(0.5);
    return sumJ(simulation.snapshot({ typical }).marginal);
  });
  expect(aloneJ).toBeGreaterThan(10 * secondJ);
  expect(secondJ).toBeGreaterThan(0);
});

test("a static batch takes nobody in, and nothing is told that wasn't asked for", () => {
  const config = together(3, [], staticBatch({ batchSize: 3, batchWaitS: undefined }));
  const typical = { promptTokens: 100, cachedTokens: 0, outputTokens: 100 };
  const simulation = new Simulation(config);
  simulation.advance(0.1);
  expect(simulation.snapshot({ typical }).marginal).toBeUndefined();
  expect(simulation.snapshot().marginal).toBeUndefined();
});

test("asking changes nothing", () => {
  fc.assert(
    fc.property(smallWorld, (small) => {
      const typical = { promptTokens: 20, cachedTokens: 5, outputTokens: 9 };
      const asked = new Simulation(configOf(small));
      for (let nowS = 0; nowS < 3; nowS += 0.1) {
        asked.advance(nowS);
        asked.snapshot({ typical });
      }
      expect(asked.run()).toEqual(new Simulation(configOf(small)).run());
    }),
  );
});
