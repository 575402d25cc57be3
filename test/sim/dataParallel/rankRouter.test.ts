import { describe, expect, test } from "vitest";
import { rankRouter } from "../../../sim/dataParallel/rankRouter.ts";
import type { ReplicaSignal, RoutedRequest } from "../../../sim/ports.ts";
import { leastLoaded } from "../../../sim/routing/leastLoaded.ts";
import { roundRobin } from "../../../sim/routing/roundRobin.ts";

const asked: RoutedRequest = {
  id: 0,
  arrivalS: 0,
  promptTokens: 1,
  priority: 0,
  enqueuedS: 0,
  details: {},
};

/** Ranks by what waits and what runs on each. */
function ranks(...loads: readonly (readonly [waiting: number, running: number])[]) {
  return loads.map(
    ([waitingSeqs, runningSeqs], id): ReplicaSignal => ({
      id,
      waitingSeqs,
      runningSeqs,
      swappedSeqs: 0,
    }),
  );
}

describe("of the ranks of a replica", () => {
  test("who waits counts four times", () => {
    const route = rankRouter(roundRobin(), 3);
    expect(route(asked, ranks([1, 0], [0, 3], [0, 4]))).toBe(1);
    expect(route(asked, ranks([1, 0], [0, 5], [0, 5]))).toBe(0);
  });

  test("the first of equals is taken", () => {
    expect(rankRouter(roundRobin(), 2)(asked, ranks([1, 0], [0, 4]))).toBe(0);
  });
});

test("the router between replicas sees what all ranks of each have, and hears who leaves", () => {
  const route = rankRouter(leastLoaded(), 2);
  const signals = ranks([0, 0], [0, 9], [0, 3], [0, 2]) as {
    -readonly [Key in keyof ReplicaSignal]: ReplicaSignal[Key];
  }[];
  expect(route(asked, signals)).toBe(3);
  for (const signal of signals.slice(0, 2)) signal.runningSeqs = 0;
  route.leaves?.(1);
  expect(route(asked, signals)).toBe(0);
});
