import { describe, expect, test } from "vitest";
import { randomStreams } from "../../sim/random.ts";
import { lengthPairs } from "../../workloads/lengths/lengthPairs.ts";
import { lengthSampler } from "../../workloads/lengths/lengthSampler.ts";
import { kindDraw, withKinds } from "../../workloads/requestKinds.ts";
import { prefixes, withPrefix } from "../../workloads/sharedPrefix.ts";

const pairs = () => {
  const stream = randomStreams("1");
  const sampler = (side: string) =>
    lengthSampler(
      { kind: "uniform", minTokens: 1, maxTokens: 1000 },
      { random: stream(side), limitTokens: 900 },
    );
  return lengthPairs({ input: sampler("input"), output: sampler("output") });
};
const draw = () => randomStreams("1")("draw");

describe("a shared prefix", () => {
  test("comes before the prompt, whose own length stays as it was", () => {
    const plain = pairs();
    const prefixed = withPrefix(pairs(), prefixes({ tokens: 500, groupCount: 3 }, draw()));
    for (let i = 0; i < 100; i++) {
      const body = prefixed.next();
      const own = plain.next();
      expect(body.promptTokens).toBe(500 + own.promptTokens);
      expect(body.outputTokens).toBe(own.outputTokens);
      expect(body.shared).toEqual([{ textId: expect.any(Number), tokens: 500 }]);
    }
    expect(prefixed.promptCuts).toBe(plain.promptCuts);
    expect(prefixed.outputCuts).toBe(plain.outputCuts);
    expect(plain.promptCuts).toBeGreaterThan(0);
  });

  test("is one of as many as asked for, each as often", () => {
    const prefix = prefixes({ tokens: 8, groupCount: 4 }, draw());
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 40_000; i++) {
      const { textId } = prefix();
      counts[textId] = (counts[textId] ?? Number.NaN) + 1;
    }
    // Five standard deviations of a count of 10,000.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(7500));
    expect(counts).toHaveLength(4);
  });

  test.each([
    [{ tokens: 0, groupCount: 1 }, "tokens: expected a whole number from 1, found 0"],
    [{ tokens: 5, groupCount: 0 }, "groupCount: expected a whole number from 1, found 0"],
  ])("%o is refused", (prefix, message) => {
    expect(() => prefixes(prefix, draw())).toThrow(message);
  });
});

describe("request classes", () => {
  const kinds = [
    { shareRatio: 3, tenant: "a" },
    { shareRatio: 1, tenant: undefined },
  ];

  test("are drawn in proportion to their shares, with who pays", () => {
    const kind = kindDraw(kinds, draw());
    let firsts = 0;
    for (let i = 0; i < 40_000; i++) {
      const { classId, tenant } = kind();
      expect(tenant).toBe(classId === 0 ? "a" : undefined);
      if (classId === 0) firsts++;
    }
    expect(Math.abs(firsts - 30_000)).toBeLessThan(5 * Math.sqrt(7500));
  });

  test("leave lengths as they are, and a tenant that the request has already", () => {
    const asked = withKinds(
      {
        next: () => ({ promptTokens: 5, outputTokens: 2, tenant: "own" }),
        promptCuts: 1,
        outputCuts: 0,
      },
      () => ({ classId: 1, tenant: "class" }),
    );
    const body = { promptTokens: 5, outputTokens: 2, classId: 1, tenant: "own" };
    expect([asked.next(), asked.promptCuts]).toEqual([body, 1]);
  });

  test("without a share are refused", () => {
    expect(() => kindDraw([{ shareRatio: 0, tenant: undefined }], draw())).toThrow("shareRatio");
  });
});
