import fc from "fast-check";
import { expect, test } from "vitest";
import { chunkedPrefill } from "../../sim/batching/chunkedPrefill.ts";
import type { Overload } from "../../sim/metrics/overload.ts";
import { randomStreams } from "../../sim/random.ts";
import { roundRobin } from "../../sim/routing/roundRobin.ts";
import { Simulation } from "../../sim/simulation.ts";
import { replica, request, world } from "../support/world.ts";

/** Pools whose narrowest place is the prompt, the link, or the answer; answers of one mean length. */
const fleets = fc.record({
  seed: fc.nat(),
  prefills: fc.integer({ min: 1, max: 2 }),
  decodes: fc.integer({ min: 1, max: 2 }),
  decodeSeqs: fc.constantFrom(8, 32, 64),
  meanOutputTokens: fc.integer({ min: 2, max: 40 }),
  bandwidthBytesPerS: fc.constantFrom(2e3, 2e4, 1e6),
  ownLinks: fc.boolean(),
});

type Fleet = typeof fleets extends fc.Arbitrary<infer Value> ? Value : never;

const count = 2000;

function run(fleet: Fleet, gapS: number) {
  const draw = randomStreams(String(fleet.seed))("arrivals");
  let arrivalS = 0;
  const specs = Array.from({ length: count }, () => {
    arrivalS += -Math.log(1 - draw()) * gapS;
    return request(arrivalS, 20, 1 + Math.ceil(-Math.log(1 - draw()) * fleet.meanOutputTokens));
  });
  const { prefills, decodes, decodeSeqs, bandwidthBytesPerS, ownLinks } = fleet;
  const batcher = chunkedPrefill({ maxSeqs: decodeSeqs, maxBatchedTokens: 1024 });
  const alike = { batcher, kvBlocks: 100_000 };
  const prefill = replica({ ...alike, handsOver: true });
  const decode = replica({ ...alike, takesOver: { maxSeqs: decodeSeqs } });
  const seen: Overload[] = [];
  const totals = new Simulation(
    world(specs, {
      replicas: [...new Array(prefills).fill(prefill), ...new Array(decodes).fill(decode)],
      pools: [
        { name: "prefill", replicas: prefills },
        { name: "decode", replicas: decodes },
      ],
      router: roundRobin(),
      handover: { bytesPerToken: 10, bandwidthBytesPerS, energyPerByteJ: 0, ownLinks },
      onOverload: (overload) => seen.push(overload),
    }),
  ).run();
  return { seen, servedPerS: totals.requests.completed / totals.durationS };
}

test("what comes well below what two pools and their link serve is no overload", () => {
  fc.assert(
    fc.property(fleets, fc.double({ min: 0.2, max: 0.75, noNaN: true }), (fleet, load) => {
      const atOnce = run(fleet, 0);
      expect(atOnce.seen).toEqual([]);
      expect(run(fleet, 1 / (load * atOnce.servedPerS)).seen).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test("what comes well above it is told of once, also where it waits between the pools", () => {
  fc.assert(
    fc.property(fleets, fc.double({ min: 2, max: 10, noNaN: true }), (fleet, load) => {
      const capacityPerS = run(fleet, 0).servedPerS;
      // Whoever fills the batches comes first, and tells nothing of how many are served.
      fc.pre(count >= 8 * fleet.decodes * fleet.decodeSeqs);
      const { seen } = run(fleet, 1 / (load * capacityPerS));
      expect(seen).toHaveLength(1);
      const [told] = seen;
      expect((told?.arrivalsPerS ?? 0) / (load * capacityPerS)).toBeCloseTo(1, 0);
      expect((told?.completionsPerS ?? 0) / capacityPerS).toBeGreaterThan(0.5);
      expect((told?.completionsPerS ?? 0) / capacityPerS).toBeLessThan(2);
    }),
    { numRuns: 60 },
  );
});
