import { expect, test } from "vitest";
import { chunkedPrefill } from "../../sim/batching/chunkedPrefill.ts";
import type { Overload } from "../../sim/metrics/overload.ts";
import { Simulation } from "../../sim/simulation.ts";
import { listed, replica, request, world } from "../support/world.ts";

/** What is seen of `count` requests that come every `gapS`, and the totals of the run. */
function runAt(gapS: number, count = 3000) {
  const seen: Overload[] = [];
  const specs = Array.from({ length: count }, (_, i) => request(i * gapS, 20, 10));
  const onOverload = (overload: Overload) => seen.push(overload);
  const totals = new Simulation(world(specs, { replicas: [replica()], onOverload })).run();
  return { seen, totals };
}

test("requests that come faster than they are served are told of once, early, with both rates", () => {
  const { seen, totals } = runAt(0.002);
  expect(seen).toHaveLength(1);
  const served = totals.requests.completed / totals.durationS;
  expect(seen[0]?.seenS).toBeLessThan(totals.durationS / 4);
  expect((seen[0]?.arrivalsPerS ?? 0) / 500).toBeCloseTo(1, 1);
  expect((seen[0]?.completionsPerS ?? 0) / served).toBeGreaterThan(0.8);
  expect((seen[0]?.completionsPerS ?? 0) / served).toBeLessThan(1.2);
});

test("the longest queue is counted", () => {
  const { totals } = runAt(0.002);
  const served = totals.requests.completed / totals.durationS;
  const leftWhenTheLastCame = 3000 - served * 3000 * 0.002;
  expect(totals.mostWaiting / leftWhenTheLastCame).toBeGreaterThan(0.95);
  expect(totals.mostWaiting / leftWhenTheLastCame).toBeLessThan(1.05);
});

test.each([
  { what: "requests that are served as they come", gapS: 0.05 },
  { what: "requests that all come at once", gapS: 0 },
])("$what are no overload", ({ gapS }) => {
  const { seen, totals } = runAt(gapS);
  expect(seen).toEqual([]);
  expect(totals.overload).toBeUndefined();
});

test("a batch so large that none of it has ended when the last request comes is looked back at", () => {
  const batcher = chunkedPrefill({ maxSeqs: 200, maxBatchedTokens: 256 });
  const replicas = [replica({ batcher, kvBlocks: 100_000 })];
  const specs = Array.from({ length: 1000 }, (_, i) => request(i * 0.002, 20, 500));
  const totals = new Simulation(world(specs, { replicas })).run();
  expect(totals.overload?.seenS).toBeLessThan(2);
  const served = totals.requests.completed / totals.durationS;
  expect((totals.overload?.completionsPerS ?? 0) / served).toBeCloseTo(1, 1);
});

test("users who wait for their answers never come faster than they are served", () => {
  const specs = Array.from({ length: 300 }, (_, i) => request(i * 0.002, 20, 10));
  let left = 2000;
  const ended = (nowS: number) => (left-- > 0 ? request(nowS, 20, 10) : undefined);
  const source = { ...listed(specs), ended, mayIssueMore: () => left > 0 };
  const config = world([], { source, usersWait: true });
  expect(new Simulation(config).run().overload).toBeUndefined();
});
