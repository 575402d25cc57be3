import { describe, expect, test } from "vitest";
import { randomStreams } from "../../sim/random.ts";
import type { LengthSpec } from "../../workloads/lengths/lengthLaws.ts";
import { type LengthSampler, lengthSampler } from "../../workloads/lengths/lengthSampler.ts";
import { rankedLengths } from "../../workloads/lengths/rankedLengths.ts";
import { ParameterError } from "../../workloads/parameterError.ts";
import { correlation, mean, quantile, standardErrors, std } from "./statistics.ts";

const draws = 100_000;
const stream = (seed = "1") => randomStreams(seed)("workload/lengths");
const sampler = (spec: LengthSpec, limitTokens = Infinity) =>
  lengthSampler(spec, { random: stream(), limitTokens });
const lengths = (from: LengthSampler, count = draws) =>
  Array.from({ length: count }, () => from.next());

describe("laws of lengths", () => {
  test.each<[LengthSpec, number]>([
    [{ kind: "fixed", tokens: 512 }, 512],
    [{ kind: "uniform", minTokens: 100, maxTokens: 300 }, 200],
    [{ kind: "lognormal", meanTokens: 500, stdTokens: 400 }, 500],
    [{ kind: "lognormal", meanTokens: 500, p99Tokens: 3000 }, 500],
    [{ kind: "exponential", meanTokens: 128 }, 128],
    [{ kind: "pareto", alpha: 3, meanTokens: 300 }, 300],
    [{ kind: "empirical", sample: [10, 20, 60] }, 30],
    [{ kind: "empirical", quantiles: { ratios: [0, 0.5, 1], values: [0, 100, 500] } }, 175],
  ])("%o has its mean", (spec, expected) => {
    const drawn = lengths(sampler(spec));
    expect(drawn.every((tokens) => Number.isInteger(tokens) && tokens >= 1)).toBe(true);
    if (spec.kind === "fixed") expect(mean(drawn)).toBe(expected);
    else expect(standardErrors(drawn, expected)).toBeLessThan(3);
  });

  test("a uniform law reaches both its bounds, and as often as any other length", () => {
    const drawn = lengths(sampler({ kind: "uniform", minTokens: 3, maxTokens: 7 }));
    expect([Math.min(...drawn), Math.max(...drawn)]).toEqual([3, 7]);
    const lowest = drawn.filter((tokens) => tokens === 3).length;
    const highest = drawn.filter((tokens) => tokens === 7).length;
    expect(lowest / draws).toBeCloseTo(0.2, 2);
    expect(highest / draws).toBeCloseTo(0.2, 2);
  });

  test("a lognormal law has the standard deviation asked for", () => {
    const drawn = lengths(sampler({ kind: "lognormal", meanTokens: 500, stdTokens: 250 }));
    expect(std(drawn) / 250).toBeCloseTo(1, 1);
  });

  test("a lognormal law by its 99th percentile takes the smaller sigma", () => {
    const drawn = lengths(sampler({ kind: "lognormal", meanTokens: 500, p99Tokens: 2000 }));
    expect(quantile(drawn, 0.99) / 2000).toBeCloseTo(1, 1);
    // sigma = z - sqrt(z² - 2 ln 4) = 0.7027, against 3.95 for the other solution.
    expect(quantile(drawn, 0.5) / (500 * Math.exp(-(0.7027 ** 2) / 2))).toBeCloseTo(1, 1);
  });

  test("no draw of a Pareto law is below mean x (alpha - 1) / alpha", () => {
    const drawn = lengths(sampler({ kind: "pareto", alpha: 1.5, meanTokens: 300 }));
    expect(Math.min(...drawn)).toBe(100);
    expect(quantile(drawn, 0.5) / (100 * 2 ** (1 / 1.5))).toBeCloseTo(1, 1);
  });

  test("lengths that round to nothing become one token", () => {
    expect(Math.min(...lengths(sampler({ kind: "exponential", meanTokens: 2 })))).toBe(1);
  });

  test.each<[LengthSpec, string, string]>([
    [{ kind: "pareto", alpha: 1, meanTokens: 300 }, "alpha", "above 1"],
    [{ kind: "uniform", minTokens: 10, maxTokens: 9 }, "maxTokens", "at least minTokens (10)"],
    [{ kind: "uniform", minTokens: 0, maxTokens: 9 }, "minTokens", "whole number from 1"],
    [{ kind: "fixed", tokens: 0 }, "tokens", "above 0"],
    [{ kind: "exponential", meanTokens: -5 }, "meanTokens", "found -5"],
    [{ kind: "lognormal", meanTokens: 100, p99Tokens: 90 }, "p99Tokens", "1 to 14.97 times"],
    [{ kind: "lognormal", meanTokens: 100, p99Tokens: 1500 }, "p99Tokens", "1 to 14.97 times"],
    [{ kind: "lognormal", meanTokens: 100, stdTokens: Number.NaN }, "stdTokens", "found NaN"],
    [{ kind: "empirical", sample: [] }, "sample.length", "above 0"],
  ])("%o is refused", (spec, parameter, message) => {
    expect(() => sampler(spec)).toThrow(ParameterError);
    expect(() => sampler(spec)).toThrow(expect.objectContaining({ parameter }));
    expect(() => sampler(spec)).toThrow(message);
  });
});

describe("the limit of lengths", () => {
  test("longer draws are cut there, and counted", () => {
    const limited = sampler({ kind: "uniform", minTokens: 1, maxTokens: 10 }, 8);
    const free = lengths(sampler({ kind: "uniform", minTokens: 1, maxTokens: 10 }), 1000);
    expect(lengths(limited, 1000)).toEqual(free.map((tokens) => Math.min(8, tokens)));
    expect(limited.cuts).toBe(free.filter((tokens) => tokens > 8).length);
    expect(limited.cuts).toBeGreaterThan(100);
  });

  test("a fixed length stays what its user said", () => {
    const fixed = sampler({ kind: "fixed", tokens: 4096 }, 100);
    expect(lengths(fixed, 2)).toEqual([4096, 4096]);
    expect(fixed.cuts).toBe(0);
  });
});

describe("lengths by rank", () => {
  const law = { ratios: [0, 1], values: [100, 300] };
  const limits = { promptTokens: Infinity, outputTokens: Infinity };
  const pairs = (rankCounts: number[][], from = limits) => {
    const ranked = { input: law, output: law, rankCounts };
    return rankedLengths(ranked, { random: stream(), limits: from });
  };
  const columns = (rankCounts: number[][]) => {
    const drawn = pairs(rankCounts);
    const requests = Array.from({ length: draws }, () => drawn.next());
    return {
      prompts: requests.map(({ promptTokens }) => promptTokens),
      outputs: requests.map(({ outputTokens }) => outputTokens),
    };
  };

  test("both laws come out as they are, however they go together", () => {
    const { prompts, outputs } = columns([
      [1, 9],
      [9, 1],
    ]);
    expect(standardErrors(prompts, 200)).toBeLessThan(3);
    expect(standardErrors(outputs, 200)).toBeLessThan(3);
    expect(quantile(prompts, 0.9) / 280).toBeCloseTo(1, 1);
  });

  test("they correlate as the histogram says", () => {
    // Halves of a uniform law: the means of the halves lie sqrt(3) / 2 deviations from the middle.
    const expected = (0.75 * (1 + 1 - 9 - 9)) / 20;
    const turned = columns([
      [1, 9],
      [9, 1],
    ]);
    expect(Math.abs(correlation(turned.prompts, turned.outputs) - expected)).toBeLessThan(0.01);
    const free = columns([[1]]);
    expect(Math.abs(correlation(free.prompts, free.outputs))).toBeLessThan(0.01);
  });

  test("cuts of prompts and of outputs are counted apart", () => {
    const drawn = pairs([[1]], { promptTokens: 200, outputTokens: 290 });
    for (let i = 0; i < 1000; i++) drawn.next();
    expect(drawn.promptCuts).toBeGreaterThan(450);
    expect(drawn.outputCuts).toBeGreaterThan(20);
    expect(drawn.outputCuts).toBeLessThan(80);
  });
});
