import { describe, expect, test } from "vitest";
import { randomStreams } from "../../sim/random.ts";
import { allAtOnce } from "../../workloads/arrivals/allAtOnce.ts";
import { constant } from "../../workloads/arrivals/constant.ts";
import { closedLoop } from "../../workloads/closedLoop.ts";
import { lengthSampler } from "../../workloads/lengths/lengthSampler.ts";
import { openLoop } from "../../workloads/openLoop.ts";

const uniform = () => {
  const stream = randomStreams("1");
  const spec = { kind: "uniform", minTokens: 1, maxTokens: 1000 } as const;
  const limitTokens = Infinity;
  return {
    input: lengthSampler(spec, { random: stream("workload/lengths/input"), limitTokens }),
    output: lengthSampler(spec, { random: stream("workload/lengths/output"), limitTokens }),
  };
};

describe("an open loop", () => {
  test("ends after the number of requests asked for", () => {
    const source = openLoop({ arrivals: allAtOnce(), lengths: uniform(), requests: 2 });
    expect(source.next()?.arrivalS).toBe(0);
    expect(source.next()).toBeDefined();
    expect(source.next()).toBeUndefined();
    expect(source.next()).toBeUndefined();
  });

  test("issues nothing at its end or later", () => {
    const arrivals = constant({ ratePerS: 2 });
    const source = openLoop({ arrivals, lengths: uniform(), untilS: 1.5 });
    const times = [source.next(), source.next(), source.next(), source.next(), source.next()];
    expect(times.map((request) => request?.arrivalS)).toEqual([0, 0.5, 1, undefined, undefined]);
  });

  test("does not listen to the ends of requests", () => {
    const source = openLoop({ arrivals: allAtOnce(), lengths: uniform(), requests: 1 });
    expect(source.ended).toBeUndefined();
    expect(source.mayIssueMore).toBeUndefined();
  });

  test("the same requests come at another rate", () => {
    const slow = openLoop({
      arrivals: constant({ ratePerS: 1 }),
      lengths: uniform(),
      requests: 50,
    });
    const fast = openLoop({
      arrivals: constant({ ratePerS: 9 }),
      lengths: uniform(),
      requests: 50,
    });
    for (let i = 0; i < 50; i++) {
      expect({ ...slow.next(), arrivalS: 0 }).toEqual({ ...fast.next(), arrivalS: 0 });
    }
  });
});

const completed = { status: "completed" };

describe("a closed loop", () => {
  test("all users ask at 0, and each again a think time after an answer", () => {
    const lengths = uniform();
    const source = closedLoop({ concurrency: 2, thinkTimeS: 3, requests: 4, lengths });
    expect(source.next()?.arrivalS).toBe(0);
    expect(source.next()?.arrivalS).toBe(0);
    expect(source.next()).toBeUndefined();
    expect(source.mayIssueMore?.()).toBe(true);
    expect(source.ended?.(5, completed)?.arrivalS).toBe(8);
    expect(source.ended?.(6, completed)?.arrivalS).toBe(9);
    expect(source.mayIssueMore?.()).toBe(false);
    expect(source.ended?.(7, completed)).toBeUndefined();
  });

  test("no more users ask than requests are to be issued", () => {
    const source = closedLoop({ concurrency: 8, thinkTimeS: 0, requests: 1, lengths: uniform() });
    expect(source.next()).toBeDefined();
    expect(source.next()).toBeUndefined();
    expect(source.mayIssueMore?.()).toBe(false);
  });

  test("a rejection at 0 does not take a first request from another user", () => {
    const source = closedLoop({ concurrency: 2, thinkTimeS: 0, requests: 3, lengths: uniform() });
    expect(source.next()).toBeDefined();
    expect(source.ended?.(0, completed)?.arrivalS).toBe(0);
    expect(source.next()).toBeDefined();
    expect(source.next()).toBeUndefined();
    expect(source.ended?.(1, completed)).toBeUndefined();
  });

  test("nobody asks at its end or later", () => {
    const source = closedLoop({ concurrency: 1, thinkTimeS: 2, untilS: 10, lengths: uniform() });
    expect(source.next()).toBeDefined();
    expect(source.ended?.(7, completed)?.arrivalS).toBe(9);
    expect(source.ended?.(8, completed)).toBeUndefined();
    expect(source.mayIssueMore?.()).toBe(false);
  });

  test("lengths go by the order of issue, whenever the answers come", () => {
    const drawn = (ends: number[]) => {
      const source = closedLoop({ concurrency: 1, thinkTimeS: 0, requests: 9, lengths: uniform() });
      const requests = [source.next(), ...ends.map((endS) => source.ended?.(endS, completed))];
      return requests.map((request) => [request?.promptTokens, request?.outputTokens]);
    };
    expect(drawn([1, 2, 3])).toEqual(drawn([10, 200, 3000]));
  });

  test.each([
    [{ concurrency: 0, thinkTimeS: 0 }, "concurrency: expected a whole number from 1, found 0"],
    [{ concurrency: 1.5, thinkTimeS: 0 }, "found 1.5"],
    [{ concurrency: 1, thinkTimeS: -1 }, "thinkTimeS: expected a number of 0 or more, found -1"],
  ])("%o is refused", (users, message) => {
    expect(() => closedLoop({ ...users, requests: 1, lengths: uniform() })).toThrow(message);
  });
});
