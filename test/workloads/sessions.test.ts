import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RequestSpec } from "../../sim/ports.ts";
import { randomStreams } from "../../sim/random.ts";
import { Simulation } from "../../sim/simulation.ts";
import type { LengthPairs } from "../../workloads/lengths/lengthPairs.ts";
import { sessions } from "../../workloads/sessions.ts";
import { turnLaw } from "../../workloads/turns.ts";
import { replica, world } from "../support/world.ts";
import { mean } from "./statistics.ts";

/** Turns of 10 tokens and answers of 5, or as listed. */
function spoken(...listed: readonly (readonly [number, number])[]): LengthPairs {
  const rows = listed.values();
  return {
    next: () => {
      const [promptTokens, outputTokens] = rows.next().value ?? [10, 5];
      return { promptTokens, outputTokens };
    },
    promptCuts: 0,
    outputCuts: 0,
  };
}

const plain = {
  concurrency: 1,
  requests: 100,
  turns: () => 3,
  thinkTimeS: 2,
  pauseS: 60,
  lengths: spoken(),
  firstTextId: 0,
  maxModelLen: 1000,
};
const completed = (spec: RequestSpec | undefined) => ({
  shared: spec?.shared,
  status: "completed",
});

/** The turns of one user, each answered a second after it was asked. */
function turnsOf(count: number, loop: Partial<Parameters<typeof sessions>[0]>) {
  const source = sessions({ ...plain, ...loop });
  const asked: RequestSpec[] = [];
  for (let spec = source.next(); spec !== undefined && asked.length < count; ) {
    asked.push(spec);
    spec = source.ended(spec.arrivalS + 1, completed(spec));
  }
  return { asked, source };
}

describe("a conversation", () => {
  test("repeats in each turn what was asked and answered before it", () => {
    const { asked } = turnsOf(3, {});
    expect(asked.map(({ promptTokens }) => promptTokens)).toEqual([10, 25, 40]);
    expect(asked.map(({ shared }) => shared)).toEqual([
      [{ textId: 0, tokens: 10 }],
      [{ textId: 0, tokens: 25 }],
      [{ textId: 0, tokens: 40 }],
    ]);
    expect(asked.every(({ isContinued }) => isContinued === true)).toBe(true);
  });

  test("has the turns asked for; then the user pauses and begins another", () => {
    const { asked } = turnsOf(5, {});
    expect(asked.map(({ arrivalS }) => arrivalS)).toEqual([0, 3, 6, 67, 70]);
    expect(asked.map(({ shared }) => shared?.[0]?.textId)).toEqual([0, 0, 0, 1, 1]);
    expect(asked[3]?.promptTokens).toBe(10);
  });

  test("begins with its system prompt, and its text follows that", () => {
    const groups = [1, 0].values();
    const prefix = () => ({ textId: groups.next().value ?? 0, tokens: 100 });
    const { asked } = turnsOf(4, { prefix, firstTextId: 2 });
    expect(asked.map(({ promptTokens }) => promptTokens)).toEqual([110, 125, 140, 110]);
    expect(asked[1]?.shared).toEqual([
      { textId: 1, tokens: 100 },
      { textId: 2, tokens: 25 },
    ]);
    expect(asked[3]?.shared).toEqual([
      { textId: 0, tokens: 100 },
      { textId: 3, tokens: 10 },
    ]);
  });

  test("ends early where the next turn would not fit the context, and that is counted", () => {
    const { asked, source } = turnsOf(4, { maxModelLen: 40, turns: () => 9 });
    expect(asked.map(({ promptTokens }) => promptTokens)).toEqual([10, 25, 10, 25]);
    expect(asked[2]?.arrivalS).toBe(3 + 1 + 60);
    expect(source.counts.contextCuts).toBe(2);
  });

  test("remembers of an answer no more than the context has room for", () => {
    const { asked } = turnsOf(2, { maxModelLen: 40, lengths: spoken([10, 500], [1, 1]) });
    expect(asked.map(({ outputTokens }) => outputTokens)).toEqual([30, 1]);
    // 40 tokens are said: another would not fit.
    expect(asked[1]?.promptTokens).toBe(1);
  });

  test("ends with a turn that is not answered, and that is counted", () => {
    const source = sessions(plain);
    const first = source.next();
    const next = source.ended(1, { shared: first?.shared, status: "timedOut" });
    expect(next).toMatchObject({ arrivalS: 61, promptTokens: 10, shared: [{ textId: 1 }] });
    expect([source.counts.unansweredCount, source.counts.contextCuts]).toEqual([1, 0]);
  });

  test("goes on for the user whose answer came, whoever else waits", () => {
    const source = sessions({ ...plain, concurrency: 2 });
    const [first, second] = [source.next(), source.next()];
    expect(source.ended(4, completed(second))?.shared).toEqual([{ textId: 1, tokens: 25 }]);
    expect(source.ended(5, completed(first))?.shared).toEqual([{ textId: 0, tokens: 25 }]);
  });

  test("is of one class to its end", () => {
    const kinds = [{ classId: 1, tenant: "a" }, { classId: 0 }].values();
    const kind = () => kinds.next().value ?? {};
    const { asked } = turnsOf(4, { kind });
    expect(asked.map(({ classId }) => classId)).toEqual([1, 1, 1, 0]);
  });

  test("that a user could still begin after the end is not begun", () => {
    const source = sessions({ ...plain, untilS: 50, turns: () => 1 });
    const first = source.next();
    expect(source.ended(10, completed(first))).toBeUndefined();
  });
});

describe("turns", () => {
  const random = () => randomStreams("1")("turns");

  test("of a geometric law have its mean, and are one at least", () => {
    const law = turnLaw({ mean: 5 }, random());
    const drawn = Array.from({ length: 50_000 }, () => law());
    expect(Math.min(...drawn)).toBe(1);
    expect(mean(drawn)).toBeCloseTo(5, 1);
    expect(turnLaw({ count: 7 }, random())()).toBe(7);
  });

  test("of less than one on average are refused", () => {
    expect(() => turnLaw({ mean: 0.5 }, random())).toThrow("mean: expected a number of 1 or more");
  });
});

describe("in a random world", () => {
  const talk = fc.record({
    concurrency: fc.integer({ min: 1, max: 5 }),
    requests: fc.integer({ min: 1, max: 40 }),
    meanTurns: fc.double({ min: 1, max: 6, noNaN: true }),
    thinkTimeS: fc.double({ min: 0, max: 2, noNaN: true }),
    pauseS: fc.double({ min: 0, max: 2, noNaN: true }),
    rows: fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }))),
    prefixTokens: fc.constantFrom(0, 20),
    maxModelLen: fc.integer({ min: 100, max: 400 }),
  });

  test("every turn holds all that its conversation said, and fits", () => {
    fc.assert(
      fc.property(talk, ({ meanTurns, rows, prefixTokens, ...loop }) => {
        const turns = turnLaw({ mean: meanTurns }, randomStreams("1")("turns"));
        const prefix = prefixTokens === 0 ? undefined : () => ({ textId: 0, tokens: prefixTokens });
        const lengths = spoken(...rows);
        const asked: RequestSpec[] = [];
        const latest = new Map<string, RequestSpec>();
        let conversations = 0;
        const kind = () => ({ tenant: String(conversations++) });
        const talking = sessions({ ...loop, turns, prefix, lengths, firstTextId: 1, kind });
        const noted = (spec: RequestSpec | undefined) => {
          if (spec !== undefined) asked.push(spec);
          if (spec !== undefined) latest.set(spec.tenant ?? "", spec);
          return spec;
        };
        let endedTenant = "";
        const source = {
          next: () => noted(talking.next()),
          ended: (nowS: number) => {
            const { shared } = latest.get(endedTenant) ?? {};
            return noted(talking.ended(nowS, { shared, status: "completed" }));
          },
          mayIssueMore: () => talking.mayIssueMore?.() ?? false,
        };
        const { maxModelLen } = loop;
        const totals = new Simulation(
          world([], {
            source,
            replicas: [replica({ maxModelLen })],
            onRequestEnd: ({ tenant }) => {
              endedTenant = tenant ?? "";
            },
          }),
        ).run();
        expect(totals.requests).toMatchObject({ completed: loop.requests, rejected: 0 });
        expectGrowing(asked, { prefixTokens, maxModelLen });
      }),
      { numRuns: 100 },
    );
  });
});

function expectGrowing(
  asked: readonly RequestSpec[],
  { prefixTokens, maxModelLen }: { prefixTokens: number; maxModelLen: number },
): void {
  const said = new Map<number, number>();
  for (const { promptTokens, outputTokens, shared = [] } of asked) {
    const own = shared.at(-1);
    expect(own?.textId).toBeGreaterThanOrEqual(1);
    expect(shared).toHaveLength(prefixTokens === 0 ? 1 : 2);
    expect(promptTokens).toBe(prefixTokens + (own?.tokens ?? Number.NaN));
    expect(promptTokens + outputTokens).toBeLessThanOrEqual(maxModelLen);
    const before = said.get(own?.textId ?? 0) ?? 0;
    expect(own?.tokens).toBeGreaterThan(before);
    said.set(own?.textId ?? 0, (own?.tokens ?? 0) + outputTokens);
  }
}
