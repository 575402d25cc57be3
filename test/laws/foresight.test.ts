import fc from "fast-check";
import { expect, test } from "vitest";
import type { RequestSpec } from "../../sim/ports.ts";
import { Simulation } from "../../sim/simulation.ts";
import { type Boundary, watched } from "../sim/batching/watched.ts";
import { specsOf } from "../support/smallPrompts.ts";
import { configOf, type SmallWorld, smallWorld } from "../support/smallWorlds.ts";
import { listed } from "../support/world.ts";

/** What the policies of all replicas did until the first request ended. */
function decisions(small: SmallWorld, specs: readonly RequestSpec[]) {
  const config = configOf(small);
  const boundaries = config.replicas.map((): Boundary[] => []);
  const replicas = config.replicas.map((replica, id) => ({
    ...replica,
    batcher: watched(replica.batcher, boundaries[id] ?? []),
  }));
  let firstEndS = Number.POSITIVE_INFINITY;
  const simulation = new Simulation({
    ...config,
    replicas,
    source: listed(specs),
    macroSteps: false,
    onRequestEnd: ({ status }) => {
      if (status !== "rejected") firstEndS = Math.min(firstEndS, simulation.nowS);
    },
  });
  simulation.run();
  return { boundaries, firstEndS };
}

const until = (endS: number) => (replica: readonly Boundary[]) =>
  replica.filter(({ atS }) => atS < endS);

test("until a request ends, nobody knows how many tokens any of them will emit", () => {
  fc.assert(
    fc.property(smallWorld, fc.infiniteStream(fc.integer({ min: 1, max: 120 })), (small, other) => {
      const specs = specsOf(small);
      const permuted = specs.map((spec) => ({ ...spec, outputTokens: other.next().value }));
      const known = decisions(small, specs);
      const unknown = decisions(small, permuted);
      const sameUntil = until(Math.min(known.firstEndS, unknown.firstEndS));
      expect(unknown.boundaries.map(sameUntil)).toEqual(known.boundaries.map(sameUntil));
    }),
    { numRuns: 200 },
  );
});
