import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RequestSpec } from "../../sim/ports.ts";
import { randomStreams } from "../../sim/random.ts";
import type { RequestRecord } from "../../sim/request.ts";
import { Simulation } from "../../sim/simulation.ts";
import { poisson } from "../../workloads/arrivals/poisson.ts";
import { openSessions } from "../../workloads/openSessions.ts";
import { turnLaw } from "../../workloads/turns.ts";
import { replica, world } from "../support/world.ts";

const lengths = {
  next: () => ({ promptTokens: 10, outputTokens: 5 }),
  promptCuts: 0,
  outputCuts: 0,
};

/** Conversations that begin at 0 s, 10 s, 20 s, … */
function everyTenSeconds() {
  let timeS = -10;
  return { nextS: () => (timeS += 10) };
}

const plain = () => ({
  arrivals: everyTenSeconds(),
  requests: 5,
  turns: () => 2,
  thinkTimeS: 3,
  lengths,
  firstTextId: 0,
  maxModelLen: 1000,
});
const answered = (spec: RequestSpec | undefined) => ({
  shared: spec?.shared,
  status: "completed",
});

describe("conversations of an open loop", () => {
  test("begin when they do, and go on when they are answered", () => {
    const source = openSessions(plain());
    const [first, second] = [source.next(), source.next()];
    expect([first?.arrivalS, second?.arrivalS]).toEqual([0, 10]);
    const turn = source.ended(11, answered(first));
    expect(turn).toMatchObject({ arrivalS: 14, promptTokens: 25, shared: [{ textId: 0 }] });
    expect(source.ended(15, answered(turn))).toBeUndefined();
    expect(source.ended(16, answered(second))).toMatchObject({ arrivalS: 19 });
  });

  test("issue no more turns than are asked for, and say when none can follow", () => {
    const source = openSessions({ ...plain(), requests: 2 });
    const [first, second] = [source.next(), source.next()];
    expect(second).toBeDefined();
    expect(source.next()).toBeUndefined();
    expect(source.mayIssueMore()).toBe(false);
    expect(source.ended(11, answered(first))).toBeUndefined();
  });

  test("may go on while one of them waits for an answer, and not thereafter", () => {
    const source = openSessions({ ...plain(), requests: undefined, untilS: 10 });
    const first = source.next();
    expect(source.next()).toBeUndefined();
    expect(source.mayIssueMore()).toBe(true);
    expect(source.ended(7, answered(first))).toBeUndefined();
    expect(source.mayIssueMore()).toBe(false);
  });

  test("end with a turn that is not answered, and that is counted", () => {
    const source = openSessions(plain());
    const first = source.next();
    expect(source.ended(1, { shared: first?.shared, status: "timedOut" })).toBeUndefined();
    expect(source.counts).toMatchObject({ unansweredCount: 1, contextCuts: 0 });
  });
});

describe("in a random world", () => {
  const talk = fc.record({
    seed: fc.integer(),
    requests: fc.integer({ min: 1, max: 60 }),
    ratePerS: fc.double({ min: 0.01, max: 10, noNaN: true }),
    meanTurns: fc.double({ min: 1, max: 6, noNaN: true }),
    thinkTimeS: fc.double({ min: 0, max: 2, noNaN: true }),
    maxModelLen: fc.integer({ min: 60, max: 400 }),
  });

  test("a turn comes a pause after the answer before it, and longer by what was said", () => {
    fc.assert(
      fc.property(talk, ({ seed, ratePerS, meanTurns, ...loop }) => {
        const stream = randomStreams(String(seed));
        let conversations = 0;
        const source = openSessions({
          ...loop,
          arrivals: poisson(stream("arrivals"), { ratePerS }),
          turns: turnLaw({ mean: meanTurns }, stream("turns")),
          lengths,
          firstTextId: 0,
          kind: () => ({ tenant: String(conversations++) }),
        });
        const ended: RequestRecord[] = [];
        const { requests } = new Simulation(
          world([], {
            source,
            replicas: [replica({ maxModelLen: loop.maxModelLen })],
            onRequestEnd: (record) => ended.push(record),
          }),
        ).run();
        expect(requests).toMatchObject({ injected: loop.requests, completed: loop.requests });
        expectTurns(ended, loop.thinkTimeS);
      }),
      { numRuns: 200 },
    );
  });
});

/** One conversation's turns end in their order. */
function expectTurns(ended: readonly RequestRecord[], thinkTimeS: number): void {
  const latest = new Map<string, RequestRecord>();
  for (const record of ended) {
    const before = latest.get(record.tenant ?? "");
    if (before !== undefined) {
      const endS = before.arrivalS + (before.e2eS ?? Number.NaN);
      expect(record.arrivalS).toBeCloseTo(endS + thinkTimeS, 9);
      expect(record.promptTokens).toBe(before.promptTokens + before.outputTokens + 10);
    }
    latest.set(record.tenant ?? "", record);
  }
}
