import fc from "fast-check";
import { expect, test } from "vitest";
import type { Router } from "../../../sim/ports.ts";
import { leastLoaded, leastLoadedOf } from "../../../sim/routing/leastLoaded.ts";
import { LoadTree } from "../../../sim/routing/loadTree.ts";
import { Simulation } from "../../../sim/simulation.ts";
import { configOf, smallWorld } from "../../support/smallWorlds.ts";

const signal = (id: number, waitingSeqs: number) => ({
  id,
  waitingSeqs,
  runningSeqs: 0,
  swappedSeqs: 0,
});

test("whoever wins the tournament is whom a scan finds, however loads change", () => {
  const changes = fc.array(fc.record({ place: fc.nat(), seqs: fc.nat(5) }), { maxLength: 40 });
  fc.assert(
    fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 20 }), changes, (loads, given) => {
      const replicas = loads.map((seqs, id) => signal(id, seqs));
      const tree = new LoadTree(replicas);
      expect(tree.least()).toBe(leastLoadedOf(replicas));
      for (const { place, seqs } of given) {
        const id = place % replicas.length;
        replicas[id] = signal(id, seqs);
        tree.change(id);
        expect(tree.least()).toBe(leastLoadedOf(replicas));
      }
    }),
  );
});

test("in random worlds least_loaded takes whom a scan of all replicas takes", () => {
  let choices = 0;
  fc.assert(
    fc.property(smallWorld, (world) => {
      const tree = leastLoaded();
      const both: Router = (request, replicas) => {
        const chosen = tree(request, replicas);
        expect(chosen).toBe(leastLoadedOf(replicas));
        choices++;
        return chosen;
      };
      const router = Object.assign(both, { leaves: tree.leaves });
      const config = configOf({ ...world, replicas: 1 + (world.requests.length % 5) });
      new Simulation({ ...config, router }).run();
    }),
  );
  expect(choices).toBeGreaterThan(200);
});
