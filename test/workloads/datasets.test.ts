import { describe, expect, test } from "vitest";
import { randomStreams } from "../../sim/random.ts";
import {
  type DatasetEntry,
  type DatasetSummary,
  datasetLengths,
  datasetQuantiles,
} from "../../workloads/dataset.ts";
import { datasetById, datasetIds } from "../../workloads/datasets.ts";
import { lengthSampler } from "../../workloads/lengths/lengthSampler.ts";
import { correlation, mean, quantile, standardErrors, std } from "./statistics.ts";

/** Of tails as heavy as those of the paper's outputs, 100,000 draws tell the mean to 1 % only. */
const drawsOf = (id: string) => (id.endsWith("-paper") ? 1_000_000 : 100_000);
const dataset = (id: string): DatasetEntry => {
  const entry = datasetById(id);
  if (entry === undefined) throw new Error(`no data set ${id}`);
  return entry;
};
const lengthsOf = (id: string, { maxModelLen = Infinity, seed = "1" } = {}) =>
  datasetLengths(dataset(id), { random: randomStreams(seed)("workload/lengths"), maxModelLen });
/** Relative; of a figure that the source lacks, not a number, which no bound is above. */
const off = (value: number, expected: number | null) =>
  Math.abs(value / (expected ?? Number.NaN) - 1);

describe("the built-in data sets", () => {
  test("are found by id", () => {
    expect(datasetIds()).toEqual([
      "azure-code-2023",
      "azure-code-paper",
      "azure-conv-2023",
      "azure-conv-paper",
      "burstgpt-paper",
      "cnn-dailymail",
      "imdb",
      "mooncake-conversation",
      "mooncake-synthetic",
      "sharegpt",
      "wikitext",
      "wmt14",
    ]);
    expect(datasetById("azure-chat-2023")).toBeUndefined();
  });

  test.each(datasetIds())("%s is fitted where only moments are published, and says so", (id) => {
    const fitted = /-paper$|^(wikitext|imdb|cnn-dailymail|wmt14)$/.test(id);
    expect(dataset(id).basis).toBe(fitted ? "fitted" : "measured");
    if (fitted) expect(dataset(id).source).toContain("arXiv 2504.17674");
  });

  test.each<[string, number, number, number, number, number, number, number, number]>([
    ["burstgpt-paper", 256.8, 242.27, 215, 1038, 35.1, 108.59, 7, 478],
    ["azure-conv-paper", 1631.58, 1529.64, 928, 6683, 105.51, 158.25, 41, 694],
    ["azure-code-paper", 2511.28, 2133.54, 1930, 7685, 22.69, 74.78, 8, 271],
  ])("%s has the moments that the paper prints", (id, ...printed) => {
    const { input_tokens: input, output_tokens: output } = dataset(id).summary;
    const moments = [input, output].flatMap(({ mean, std, p50, p99 }) => [mean, std, p50, p99]);
    expect(moments).toEqual(printed);
  });

  test.each(datasetIds())("%s names its source and its license", (id) => {
    const { source, license, title } = dataset(id);
    for (const text of [source, license, title]) expect(text).not.toBe("");
  });
});

describe.each(datasetIds())("lengths of %s", (id) => {
  const { summary } = dataset(id);
  const pairs = lengthsOf(id);
  const requests = Array.from({ length: drawsOf(id) }, () => pairs.next());
  const prompts = requests.map(({ promptTokens }) => promptTokens);
  const outputs = requests.map(({ outputTokens }) => outputTokens);

  test.each<[string, number[], DatasetSummary["input_tokens"]]>([
    ["input", prompts, summary.input_tokens],
    ["output", outputs, summary.output_tokens],
  ])("%s has the mean, the spread and the quantiles of the source", (_, tokens, expected) => {
    expect(tokens.every((count) => Number.isInteger(count) && count >= 1)).toBe(true);
    expect(off(mean(tokens), expected.mean)).toBeLessThan(0.01);
    expect(Math.abs(std(tokens) - expected.std)).toBeLessThanOrEqual(0.05 * expected.std);
    expect(off(quantile(tokens, 0.5), expected.p50)).toBeLessThan(0.05);
    expect(off(quantile(tokens, 0.9), expected.p90)).toBeLessThan(0.05);
    expect(off(quantile(tokens, 0.99), expected.p99)).toBeLessThan(0.05);
    expect(tokens.reduce((most, count) => Math.max(most, count))).toBeLessThanOrEqual(expected.max);
  });

  test("input and output correlate as in the source", () => {
    if (summary.correlation === null) expect(std(outputs)).toBe(0);
    else expect(Math.abs(correlation(prompts, outputs) - summary.correlation)).toBeLessThan(0.03);
  });

  test("a small context cuts what it must and nothing else", () => {
    const cut = lengthsOf(id, { maxModelLen: 100 });
    for (let i = 0; i < 1000; i++) {
      expect(cut.next()).toEqual({
        promptTokens: Math.min(99, prompts[i] ?? 0),
        outputTokens: Math.min(100, outputs[i] ?? 0),
      });
    }
    const firsts = requests.slice(0, 1000);
    expect(cut.promptCuts).toBe(firsts.filter(({ promptTokens }) => promptTokens > 99).length);
    expect(cut.outputCuts).toBe(firsts.filter(({ outputTokens }) => outputTokens > 100).length);
  });

  test("input alone is the same law", () => {
    const random = randomStreams("2")("workload/lengths");
    const quantiles = datasetQuantiles(dataset(id)).input;
    const alone = lengthSampler(
      { kind: "empirical", quantiles },
      { random, limitTokens: Infinity },
    );
    const tokens = Array.from({ length: drawsOf(id) }, () => alone.next());
    expect(standardErrors(tokens, mean(prompts))).toBeLessThan(4);
  });
});
