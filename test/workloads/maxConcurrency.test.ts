import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EndedRequest, RequestSpec } from "../../sim/ports.ts";
import type { RequestRecord } from "../../sim/request.ts";
import { Simulation } from "../../sim/simulation.ts";
import { maxConcurrency } from "../../workloads/maxConcurrency.ts";
import { configOf, type SmallWorld, smallWorld } from "../support/smallWorlds.ts";
import { listed, request } from "../support/world.ts";

const arrivals = (...timesS: number[]) => listed(timesS.map((timeS) => request(timeS, 10, 5)));
const completed: EndedRequest = { status: "completed" };
const times = (specs: (RequestSpec | undefined)[]) => specs.map((spec) => spec?.arrivalS);

describe("a client with two requests in flight at most", () => {
  test("sends the first two at their own times, and each other when one has ended", () => {
    const source = maxConcurrency(arrivals(1, 2, 3, 4), 2);
    expect(times([source.next(), source.next(), source.next()])).toEqual([1, 2, undefined]);
    expect(times([source.ended?.(7, completed), source.ended?.(9, completed)])).toEqual([7, 9]);
    expect(source.mayIssueMore?.()).toBe(false);
    expect(source.ended?.(10, completed)).toBeUndefined();
  });

  test("sends nothing before its own time", () => {
    const source = maxConcurrency(arrivals(1, 2, 30), 2);
    expect(times([source.next(), source.next(), source.next()])).toEqual([1, 2, undefined]);
    expect(source.mayIssueMore?.()).toBe(true);
    expect(source.ended?.(5, completed)?.arrivalS).toBe(30);
  });

  test("that ended before a third is asked for, sends it at its own time or when a place was free", () => {
    const source = maxConcurrency(arrivals(1, 2, 3, 30), 2);
    source.next();
    source.next();
    expect(source.ended?.(4, completed)).toBeUndefined();
    expect(source.ended?.(5, completed)).toBeUndefined();
    expect(times([source.next(), source.next(), source.next()])).toEqual([4, 30, undefined]);
  });

  test("keeps whatever else a request says", () => {
    const shared = [{ textId: 3, tokens: 4 }];
    const source = maxConcurrency(listed([request(0, 1, 1), { ...request(0, 9, 2), shared }]), 1);
    expect([source.next(), source.next()]).toEqual([request(0, 1, 1), undefined]);
    expect(source.ended?.(6, completed)).toEqual({ ...request(6, 9, 2), shared });
  });

  test("needs a place at least", () => {
    expect(() => maxConcurrency(arrivals(0), 0)).toThrow("places: expected a whole number");
  });
});

/** When each request was sent, and when its end was told to the client. */
function stays(world: SmallWorld, concurrency: number): { sentS: number; endS: number }[] {
  const config = configOf(world);
  const source = maxConcurrency(config.source, concurrency);
  const all: { sentS: number; endS: number }[] = [];
  let sentS = Number.NaN;
  const watched = {
    ...source,
    ended: (endS: number, ended: EndedRequest) => {
      all.push({ sentS, endS });
      return source.ended?.(endS, ended);
    },
  };
  const onRequestEnd = (request: RequestRecord) => {
    sentS = request.arrivalS;
  };
  new Simulation({ ...config, source: watched, onRequestEnd }).run();
  return all;
}

/** Ends before starts where both are at one time: the end is what lets the next one start. */
function mostAtOnce(all: ReturnType<typeof stays>): number {
  const changes = all.flatMap(({ sentS, endS }) => [
    { atS: sentS, by: 1 },
    { atS: endS, by: -1 },
  ]);
  changes.sort((a, b) => a.atS - b.atS || a.by - b.by);
  let now = 0;
  return Math.max(0, ...changes.map(({ by }) => (now += by)));
}

const chunked = smallWorld.map((world) => ({
  ...world,
  scheduler: "chunked_prefill" as const,
  horizonS: undefined,
}));

describe("in a random world", () => {
  test("no more requests are in flight than the client allows, and all of them come", () => {
    fc.assert(
      fc.property(chunked, fc.integer({ min: 1, max: 6 }), (world, concurrency) => {
        const all = stays(world, concurrency);
        expect(all).toHaveLength(world.requests.length);
        expect(mostAtOnce(all)).toBeLessThanOrEqual(concurrency);
      }),
      { numRuns: 200 },
    );
  });

  test("the law can fail: without the client's limit there are more", () => {
    const requests = Array.from({ length: 5 }, () => ({
      gapS: 0,
      promptTokens: 9,
      outputTokens: 9,
    }));
    const [world] = fc.sample(chunked, { numRuns: 1, seed: 1 });
    if (world === undefined) throw new Error("no world");
    expect(mostAtOnce(stays({ ...world, requests }, 5))).toBe(5);
    expect(mostAtOnce(stays({ ...world, requests }, 2))).toBe(2);
  });

  test("as many places as requests change nothing", () => {
    fc.assert(
      fc.property(chunked, (world) => {
        const limited = configOf(world);
        const source = maxConcurrency(limited.source, world.requests.length);
        const { digest } = new Simulation({ ...limited, source }).run();
        expect(digest).toBe(new Simulation(configOf(world)).run().digest);
      }),
      { numRuns: 50 },
    );
  });
});
