import { expect, test } from "vitest";
import type { ReplicaSignal, Router } from "../../../sim/ports.ts";
import { randomStreams } from "../../../sim/random.ts";
import { leastLoaded } from "../../../sim/routing/leastLoaded.ts";
import { random } from "../../../sim/routing/random.ts";
import { roundRobin } from "../../../sim/routing/roundRobin.ts";

const anyRequest = { id: 0, arrivalS: 0, promptTokens: 10, priority: 0 };

/** Replicas by what waits and runs on them. */
const loaded = (
  ...loads: readonly (readonly [waiting: number, running: number, swapped?: number])[]
) =>
  loads.map(
    ([waitingSeqs, runningSeqs, swappedSeqs = 0], id): ReplicaSignal => ({
      id,
      waitingSeqs,
      runningSeqs,
      swappedSeqs,
    }),
  );

const chosen = (router: Router, replicas: readonly ReplicaSignal[], count: number) =>
  Array.from({ length: count }, () => router(anyRequest, replicas));

test("round robin takes each replica in turn, however loaded", () => {
  const replicas = loaded([9, 9], [0, 0], [5, 5]);
  expect(chosen(roundRobin(), replicas, 7)).toEqual([0, 1, 2, 0, 1, 2, 0]);
});

test("two round robins don't know of each other", () => {
  const replicas = loaded([0, 0], [0, 0]);
  const first = roundRobin();
  chosen(first, replicas, 1);
  expect(chosen(roundRobin(), replicas, 2)).toEqual([0, 1]);
  expect(chosen(first, replicas, 2)).toEqual([1, 0]);
});

test("the least loaded replica has the fewest requests, waiting and running alike", () => {
  expect(chosen(leastLoaded(), loaded([0, 3], [2, 0], [1, 2]), 1)).toEqual([1]);
  expect(chosen(leastLoaded(), loaded([0, 3], [3, 0], [0, 2]), 1)).toEqual([2]);
  expect(chosen(leastLoaded(), loaded([0, 1, 3], [0, 2], [3, 0]), 1)).toEqual([1]);
});

test("of equally loaded replicas the one with the lowest id is taken", () => {
  expect(chosen(leastLoaded(), loaded([1, 1], [2, 0], [0, 2]), 2)).toEqual([0, 0]);
  expect(chosen(leastLoaded(), loaded([4, 4], [2, 0], [0, 2]), 1)).toEqual([1]);
});

test("random choices are the seed's, and fall on all replicas alike", () => {
  const replicas = loaded([0, 0], [50, 50], [0, 0], [1, 1]);
  const draw = (seed: string) => chosen(random(randomStreams(seed)("router")), replicas, 4000);
  const choices = draw("42");
  expect(draw("42")).toEqual(choices);
  expect(draw("43")).not.toEqual(choices);
  for (const { id } of replicas) {
    const share = choices.filter((choice) => choice === id).length;
    // Five standard deviations of a binomial with 4000 draws at a quarter.
    expect(Math.abs(share - 1000)).toBeLessThan(5 * Math.sqrt(750));
  }
});
