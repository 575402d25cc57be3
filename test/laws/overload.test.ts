import fc from "fast-check";
import { expect, test } from "vitest";
import { chunkedPrefill } from "../../sim/batching/chunkedPrefill.ts";
import type { Overload } from "../../sim/metrics/overload.ts";
import type { RequestSpec } from "../../sim/ports.ts";
import { randomStreams } from "../../sim/random.ts";
import { Simulation } from "../../sim/simulation.ts";
import { replica, request, world } from "../support/world.ts";

interface World {
  readonly seed: number;
  readonly replicas: number;
  readonly maxSeqs: number;
  readonly outputTokens: number;
  readonly count: number;
}

const worlds: fc.Arbitrary<World> = fc.record({
  seed: fc.nat(),
  replicas: fc.constantFrom(1, 1, 3),
  maxSeqs: fc.constantFrom(1, 8, 64, 256),
  outputTokens: fc.integer({ min: 1, max: 60 }),
  count: fc.constantFrom(1000, 2000),
});

/** Mean gap 1, or all at once. */
function arrivals({ seed, count, outputTokens }: World, gapS: number): RequestSpec[] {
  const draw = randomStreams(String(seed))("arrivals");
  let arrivalS = 0;
  return Array.from({ length: count }, () => {
    arrivalS += -Math.log(1 - draw()) * gapS;
    return request(arrivalS, 20, outputTokens);
  });
}

function run({ replicas, maxSeqs }: World, specs: readonly RequestSpec[]) {
  const seen: Overload[] = [];
  const batcher = chunkedPrefill({ maxSeqs, maxBatchedTokens: 1024 });
  const each = replica({ batcher, kvBlocks: 100_000 });
  const totals = new Simulation(
    world(specs, {
      replicas: Array.from({ length: replicas }, () => each),
      onOverload: (overload) => seen.push(overload),
    }),
  ).run();
  return { seen, totals };
}

/** What full batches serve, from a run in which all come at once. */
function capacityPerS(of: World): number {
  const { totals } = run(of, arrivals(of, 0));
  return totals.requests.completed / totals.durationS;
}

test("load well below the capacity is no overload, nor is a batch that comes at once", () => {
  fc.assert(
    fc.property(worlds, fc.double({ min: 0.2, max: 0.8, noNaN: true }), (of, load) => {
      expect(run(of, arrivals(of, 0)).seen).toEqual([]);
      expect(run(of, arrivals(of, 1 / (load * capacityPerS(of)))).seen).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test("load well above it is one, told of once, with the load and what is served", () => {
  fc.assert(
    fc.property(worlds, fc.double({ min: 1.5, max: 6, noNaN: true }), (of, load) => {
      const capacity = capacityPerS(of);
      // Before a few batches have come to their end nobody knows how many are served in a second.
      fc.pre(of.count >= 8 * of.maxSeqs * of.replicas);
      const { seen, totals } = run(of, arrivals(of, 1 / (load * capacity)));
      expect(seen).toHaveLength(1);
      const last = totals.overload;
      expect((last?.arrivalsPerS ?? 0) / (load * capacity)).toBeCloseTo(1, 0);
      expect((last?.completionsPerS ?? 0) / capacity).toBeGreaterThan(0.5);
      expect((last?.completionsPerS ?? 0) / capacity).toBeLessThan(2);
    }),
    { numRuns: 60 },
  );
});
