import { expect, test } from "vitest";
import type { ReplicaSignal, RoutedRequest, Router } from "../../../sim/ports.ts";
import { randomStreams } from "../../../sim/random.ts";
import { aged } from "../../../sim/routing/agedSignals.ts";
import { leastLoaded } from "../../../sim/routing/leastLoaded.ts";
import { powerOfTwo } from "../../../sim/routing/powerOfTwo.ts";
import { prefixAware } from "../../../sim/routing/prefixAware.ts";
import { random } from "../../../sim/routing/random.ts";
import { roundRobin } from "../../../sim/routing/roundRobin.ts";
import { session } from "../../../sim/routing/session.ts";

const anyRequest: RoutedRequest = {
  id: 0,
  arrivalS: 0,
  enqueuedS: 0,
  promptTokens: 10,
  priority: 0,
  details: {},
};

/** A prompt of 100 tokens that begins with these texts. */
const sharing = (...texts: readonly (readonly [textId: number, tokens: number])[]) => ({
  ...anyRequest,
  promptTokens: 100,
  details: { shared: texts.map(([textId, tokens]) => ({ textId, tokens })), isContinued: true },
});

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

test("power of two takes the less loaded of two different replicas", () => {
  const router = powerOfTwo(randomStreams("42")("router"));
  const choices = chosen(router, loaded([0, 1], [0, 0], [9, 9]), 3000);
  // The busiest loses against both others; the idlest wins whenever it is one of the two.
  expect(choices).not.toContain(2);
  const idlest = choices.filter((choice) => choice === 1).length;
  expect(Math.abs(idlest - 2000)).toBeLessThan(5 * Math.sqrt(3000 * (2 / 9)));
  expect(chosen(router, loaded([5, 5]), 3)).toEqual([0, 0, 0]);
});

test("a session stays on its replica whatever the loads, and sessions spread over all", () => {
  const router = session();
  const replicas = loaded([0, 0], [50, 50], [0, 9], [3, 3]);
  const places = Array.from({ length: 4000 }, (_, id) => router(sharing([id, 20]), replicas));
  const busier = loaded([70, 0], [0, 0], [0, 0], [0, 0]);
  const later = places.map((_, id) => router(sharing([7, 10], [id, 90]), busier));
  expect(later).toEqual(places);
  for (const { id } of replicas) {
    const share = places.filter((place) => place === id).length;
    expect(Math.abs(share - 1000)).toBeLessThan(5 * Math.sqrt(750));
  }
});

test("prefix-aware takes the replica that was sent the longest beginning of the prompt", () => {
  const router = prefixAware();
  const first = loaded([0, 1], [0, 0], [0, 1]);
  expect(router(sharing([1, 50], [2, 40]), first)).toBe(1);
  const last = loaded([0, 1], [0, 1], [0, 0]);
  expect(router(sharing([1, 50], [2, 50]), last)).toBe(1);
  // Half of this one was sent to 1; nothing of that one to anybody.
  expect(router(sharing([1, 50], [3, 50]), last)).toBe(1);
  expect(router(sharing([4, 50]), last)).toBe(2);
  // Both know text 1 now and the least loaded of them is taken.
  expect(router(sharing([4, 20], [1, 80]), last)).toBe(1);
});

test("prefix-aware takes the least loaded where the match is short or loads lie far apart", () => {
  const router = prefixAware();
  const idle = loaded([0, 0], [0, 1]);
  expect(router(sharing([1, 30]), idle)).toBe(0);
  // 30 of 100 tokens are no more than the least share.
  expect(router(sharing([1, 30]), loaded([0, 2], [0, 1]))).toBe(1);
  expect(router(sharing([2, 90]), idle)).toBe(0);
  expect(router(sharing([2, 90]), loaded([0, 66], [0, 2]))).toBe(0);
  expect(router(sharing([2, 90]), loaded([0, 67], [0, 2]))).toBe(1);
  // 65 apart, but not half as many again.
  expect(router(sharing([5, 90]), loaded([0, 0], [0, 1]))).toBe(0);
  expect(router(sharing([5, 90]), loaded([0, 195], [0, 130]))).toBe(0);
});

test("aged signals are those of the last time that loads were asked for", () => {
  const router = aged(leastLoaded(), 10);
  const at = (enqueuedS: number) => ({ ...anyRequest, enqueuedS });
  expect(router(at(5), loaded([0, 0], [0, 1]))).toBe(0);
  expect(router(at(14.9), loaded([9, 9], [0, 1]))).toBe(0);
  expect(router(at(15), loaded([9, 9], [0, 1]))).toBe(1);
  expect(router(at(16), loaded([0, 0], [0, 1]))).toBe(1);
});

test("aged signals are asked for anew when a replica fails or returns", () => {
  const router = aged(leastLoaded(), 10);
  const at = (enqueuedS: number) => ({ ...anyRequest, enqueuedS });
  expect(router(at(5), loaded([0, 1], [0, 0]))).toBe(1);
  router.changed?.(0, false);
  expect(router(at(6), loaded([0, 1]))).toBe(0);
});
