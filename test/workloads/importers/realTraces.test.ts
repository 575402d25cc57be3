import { expect, test } from "vitest";
import { correlation, cv, gapsOf, mean, quantile } from "../statistics.ts";
import { noTraces, trace } from "../traces.ts";

const name = "(skipped where the traces are not at hand)";

interface Published {
  readonly file: string;
  readonly requests: number;
  readonly durationS: number;
  readonly cv: number;
  readonly prompt: readonly [mean: number, p50: number, p90: number, p99: number, max: number];
  readonly output: readonly [mean: number, p50: number, p90: number, p99: number, max: number];
  readonly correlation: number;
}

const published: Published[] = [
  {
    file: "azure_2023_conv.csv.gz",
    requests: 19_366,
    durationS: 3501.721937,
    cv: 1.094,
    prompt: [1154.7, 1020, 2734.5, 4142, 14_050],
    output: [211.1, 129, 424, 601, 1000],
    correlation: -0.112,
  },
  {
    file: "azure_2023_code.csv.gz",
    requests: 8819,
    durationS: 3435.948056,
    cv: 13.151,
    prompt: [2047.8, 1469, 5187.6, 7436, 7437],
    output: [27.9, 13, 55, 251.5, 1899],
    correlation: 0.001,
  },
];

const summary = (tokens: Uint32Array) =>
  [mean(tokens), ...[0.5, 0.9, 0.99, 1].map((ratio) => quantile(tokens, ratio))].map(
    (value) => Math.round(value * 10) / 10,
  );

test.skipIf(noTraces).each(published)(`$file is read as it was measured ${name}`, (expected) => {
  const { arrivalS = new Float64Array(), ...columns } = trace(expected.file);
  expect(columns.promptTokens.length).toBe(expected.requests);
  expect([columns.outOfOrderRows, columns.droppedRows]).toEqual([0, 0]);
  expect(arrivalS.at(-1)).toBe(expected.durationS);
  expect(cv(gapsOf(arrivalS))).toBeCloseTo(expected.cv, 3);
  expect(summary(columns.promptTokens)).toEqual(expected.prompt);
  expect(summary(columns.outputTokens)).toEqual(expected.output);
  const { promptTokens, outputTokens } = columns;
  expect(correlation(promptTokens, outputTokens)).toBeCloseTo(expected.correlation, 3);
});

test.skipIf(noTraces).each([
  ["azure_2023_conv.csv.gz", "vidur_splitwise_conv.csv.gz"],
  ["azure_2023_code.csv.gz", "vidur_splitwise_code.csv.gz"],
])(`%s and Vidur's copy %s are the same trace ${name}`, (azure, vidur) => {
  const copy = trace(vidur);
  const original = trace(azure);
  expect(copy.promptTokens).toEqual(original.promptTokens);
  expect(copy.outputTokens).toEqual(original.outputTokens);
  const differencesS = copy.arrivalS?.map((timeS, i) =>
    Math.abs(timeS - (original.arrivalS?.[i] ?? Infinity)),
  );
  expect(Math.max(...(differencesS ?? [Infinity]))).toBeLessThan(1e-6);
});

test.skipIf(noTraces)(`Vidur's lengths without times are read ${name}`, () => {
  const columns = trace("vidur_arxiv_summarization.csv.gz");
  expect(columns.arrivalS).toBeUndefined();
  expect(columns.promptTokens.length).toBe(28_257);
  expect(summary(columns.promptTokens)).toEqual([2588.1, 2730, 3702, 3933.4, 4054]);
  expect(summary(columns.outputTokens)).toEqual([291.4, 167, 372, 3271.3, 4056]);
});

test.skipIf(noTraces)(`BurstGPT's first rows are read, failures apart ${name}`, () => {
  const columns = trace("burstgpt1_first33rows.csv");
  expect(columns.promptTokens.length + columns.droppedRows).toBe(33);
  expect(columns.promptTokens[0]).toBe(472);
  expect(columns.remarks).toBeUndefined();
});
