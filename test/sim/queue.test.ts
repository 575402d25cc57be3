import { expect, test } from "vitest";
import { chunkedPrefill } from "../../sim/batching/chunkedPrefill.ts";
import type { RequestRecord } from "../../sim/request.ts";
import { Simulation } from "../../sim/simulation.ts";
import { replica, request, world } from "../support/world.ts";

/** The end of each request by its id, on a replica of two seats where one may wait. */
function ends(arrivalsS: readonly number[], patience = 100): string[] {
  const records: RequestRecord[] = [];
  const batcher = chunkedPrefill({ maxSeqs: 2, maxBatchedTokens: 256 });
  new Simulation(
    world(
      arrivalsS.map((arrivalS) => request(arrivalS, 20, patience)),
      {
        replicas: [replica({ batcher, maxWaiting: 1 })],
        onRequestEnd: (record) => records.push(record),
      },
    ),
  ).run();
  return records.sort((a, b) => a.id - b.id).map(({ status }) => status);
}

test("a limit on who waits turns nobody away who has a seat in the next step", () => {
  expect(ends([0, 0])).toEqual(["completed", "completed"]);
  expect(ends([0, 0.001, 0.001])).toEqual(["completed", "completed", "completed"]);
});

test("of those whom the step leaves waiting the newest are turned away", () => {
  expect(ends([0, 0, 0, 0, 0.5])).toEqual([
    "completed",
    "completed",
    "completed",
    "rejected",
    "rejected",
  ]);
});

test("whoever is one too many is turned away at the next step boundary, in the midst of a run of steps", () => {
  const specs = [request(0, 10, 300), ...[0.1, 0.2, 0.3].map((atS) => request(atS, 10, 5))];
  const rejectionsS = (macroSteps: boolean) => {
    const ends: number[] = [];
    const batcher = chunkedPrefill({ maxSeqs: 1, maxBatchedTokens: 64 });
    const simulation = new Simulation(
      world(specs, {
        macroSteps,
        replicas: [replica({ batcher, maxWaiting: 1 })],
        onRequestEnd: ({ status }) => status === "rejected" && ends.push(simulation.nowS),
      }),
    );
    simulation.run();
    return ends;
  };
  const [second = 0, third = 0] = rejectionsS(true);
  expect(rejectionsS(false)).toEqual([expect.closeTo(second, 9), expect.closeTo(third, 9)]);
  // A step takes 10.1 ms.
  expect(second).toBeLessThan(0.2 + 0.011);
  expect(third).toBeLessThan(0.3 + 0.011);
});
