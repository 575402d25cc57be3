import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { BatchRequest } from "../../sim/batchSnapshot.ts";
import { Simulation } from "../../sim/simulation.ts";
import type { Snapshot } from "../../sim/snapshot.ts";
import { configOf, smallWorld } from "../support/smallWorlds.ts";

const slices = fc.array(fc.double({ min: 0.001, max: 0.3, noNaN: true }), {
  minLength: 1,
  maxLength: 40,
});

/** The batch of the first replica at each of some moments, between the steps' ends too. */
function* moments(simulation: Simulation, lengthsS: readonly number[]): Generator<Snapshot> {
  let nowS = 0;
  for (const lengthS of lengthsS) {
    nowS += lengthS;
    simulation.advance(nowS);
    yield simulation.snapshot({ replica: 0 });
  }
}

test("the blocks of a batch are those in use, and each is of one request, of several or of none", () => {
  fc.assert(
    fc.property(smallWorld, slices, (world, lengthsS) => {
      for (const { batch, replicas } of moments(new Simulation(configOf(world)), lengthsS)) {
        const { kv, running = [] } = batch ?? {};
        if (kv === undefined) throw new Error("no batch");
        const ownBlocks = running.reduce((sum, { heldBlocks }) => sum + heldBlocks, 0);
        expect(ownBlocks + kv.otherBlocks).toBe(kv.usedBlocks);
        expect(kv.otherBlocks).toBeGreaterThanOrEqual(0);
        if (!world.cachesPrefixes) expect(kv.otherBlocks + kv.cachedBlocks).toBe(0);
        expect(kv.usedBlocks + kv.cachedBlocks).toBeLessThanOrEqual(kv.capacityBlocks);
        expect(kv.usedBlocks / kv.capacityBlocks).toBeCloseTo(replicas[0]?.kvUsedRatio ?? -1, 9);
      }
    }),
  );
});

test("who is told of one by one is who is counted, and nobody has more than they want", () => {
  fc.assert(
    fc.property(smallWorld, slices, (world, lengthsS) => {
      for (const { batch, replicas } of moments(new Simulation(configOf(world)), lengthsS)) {
        const { running = [], swapped = [], waiting = [] } = batch ?? {};
        const [counted] = replicas;
        expect([running.length, swapped.length, waiting.length]).toEqual([
          counted?.runningSeqs,
          counted?.swappedSeqs,
          counted?.waitingSeqs,
        ]);
        const told = [...running, ...swapped, ...waiting];
        expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
        for (const request of told) expectPossible(request);
      }
    }),
  );
});

function expectPossible(request: BatchRequest): void {
  const { prefillTokens, cachedTokens, chunkTokens, outputTokens, emittedTokens } = request;
  expect(cachedTokens + chunkTokens).toBeLessThanOrEqual(prefillTokens);
  expect(Math.min(cachedTokens, chunkTokens, emittedTokens, request.ageS)).toBeGreaterThanOrEqual(
    0,
  );
  expect(emittedTokens).toBeLessThanOrEqual(outputTokens);
  if (request.phase === "prefill") expect(cachedTokens).toBeLessThan(prefillTokens);
  if (request.phase === "decode") expect(emittedTokens).toBeGreaterThan(0);
}

test("tokens of a batch are those of the run: what macro-steps tell amid a run is what single steps tell", () => {
  fc.assert(
    fc.property(smallWorld, slices, (world, lengthsS) => {
      const single = new Simulation({ ...configOf(world), macroSteps: false });
      for (const { batch, nowS } of moments(new Simulation(configOf(world)), lengthsS)) {
        // Just where a step ends, the last digit of sums decides whether it has.
        const [before, after] = [nowS - 1e-9, nowS + 1e-9].map((untilS) => {
          single.advance(untilS);
          return ageless(single.snapshot({ replica: 0 }).batch);
        });
        if (isDeepStrictEqual(before, after)) expect(ageless(batch)).toEqual(after);
      }
    }),
  );
});

/** Single steps are looked at a little earlier or later. */
function ageless(batch: Snapshot["batch"]) {
  const without = (list: readonly BatchRequest[] = []) =>
    list.map((request) => ({ ...request, ageS: 0 }));
  const { running, swapped, waiting } = batch ?? {};
  return {
    ...batch,
    running: without(running),
    swapped: without(swapped),
    waiting: without(waiting),
  };
}

test("looking at batches changes nothing", () => {
  fc.assert(
    fc.property(smallWorld, slices, (world, lengthsS) => {
      const looked = new Simulation(configOf(world));
      for (const { batch } of moments(looked, lengthsS)) expect(batch).toBeDefined();
      expect(looked.run()).toEqual(new Simulation(configOf(world)).run());
      expect(looked.snapshot().batch).toBeUndefined();
    }),
  );
});
