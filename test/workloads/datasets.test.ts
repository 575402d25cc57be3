import { describe, expect, test } from "vitest";
import { randomStreams } from "../../sim/random.ts";
import {
  type DatasetEntry,
  type DatasetSummary,
  datasetArrivals,
  datasetLengths,
  datasetQuantiles,
} from "../../workloads/dataset.ts";
import { datasetById, datasetIds } from "../../workloads/datasets.ts";
import { lengthSampler } from "../../workloads/lengths/lengthSampler.ts";
import { correlation, cv, gapsOf, mean, quantile, standardErrors, std } from "./statistics.ts";
import { noTraces, trace } from "./traces.ts";

const draws = 100_000;
const dataset = (id: string): DatasetEntry => {
  const entry = datasetById(id);
  if (entry === undefined) throw new Error(`no data set ${id}`);
  return entry;
};
const lengthsOf = (id: string, { maxModelLen = Infinity, seed = "1" } = {}) =>
  datasetLengths(dataset(id), { random: randomStreams(seed)("workload/lengths"), maxModelLen });
const arrivalsOf = (id: string, hours: number) => {
  const arrivals = datasetArrivals(dataset(id), randomStreams("1")("workload/arrivals"));
  const times: number[] = [];
  for (let timeS = arrivals.nextS(); timeS < hours * 3600; timeS = arrivals.nextS()) {
    times.push(timeS);
  }
  return times;
};
const off = (value: number, expected: number) => Math.abs(value / expected - 1);

describe("the built-in data sets", () => {
  test("are found by id", () => {
    expect(datasetIds()).toEqual(expect.arrayContaining(["azure-conv-2023", "azure-code-2023"]));
    expect(datasetById("azure-chat-2023")).toBeUndefined();
  });

  test.each(datasetIds())("%s names its source and its license", (id) => {
    const { source, license, title } = dataset(id);
    for (const text of [source, license, title]) expect(text).not.toBe("");
  });
});

describe.each(datasetIds())("lengths of %s", (id) => {
  const { summary } = dataset(id);
  const pairs = lengthsOf(id);
  const requests = Array.from({ length: draws }, () => pairs.next());
  const prompts = requests.map(({ promptTokens }) => promptTokens);
  const outputs = requests.map(({ outputTokens }) => outputTokens);

  test.each<[string, number[], DatasetSummary["input_tokens"]]>([
    ["input", prompts, summary.input_tokens],
    ["output", outputs, summary.output_tokens],
  ])("%s has the mean, the spread and the quantiles of the source", (_, tokens, expected) => {
    expect(tokens.every((count) => Number.isInteger(count) && count >= 1)).toBe(true);
    expect(off(mean(tokens), expected.mean)).toBeLessThan(0.01);
    expect(off(std(tokens), expected.std)).toBeLessThan(0.05);
    expect(off(quantile(tokens, 0.5), expected.p50)).toBeLessThan(0.05);
    expect(off(quantile(tokens, 0.9), expected.p90)).toBeLessThan(0.05);
    expect(off(quantile(tokens, 0.99), expected.p99)).toBeLessThan(0.05);
    expect(Math.max(...tokens)).toBeLessThanOrEqual(expected.max);
  });

  test("input and output correlate as in the source", () => {
    expect(Math.abs(correlation(prompts, outputs) - summary.correlation)).toBeLessThan(0.03);
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
    const tokens = Array.from({ length: draws }, () => alone.next());
    expect(standardErrors(tokens, mean(prompts))).toBeLessThan(4);
  });
});

describe("arrivals of azure-conv-2023", () => {
  const { summary } = dataset("azure-conv-2023");
  const times = arrivalsOf("azure-conv-2023", 6);

  test("have the rate and the spread of the source", () => {
    expect(off(times.length / (6 * 3600), summary.rate_rps)).toBeLessThan(0.05);
    expect(off(cv(gapsOf(times)), summary.cv)).toBeLessThan(0.1);
  });

  test("come most often in the sixth five minutes of each hour", () => {
    const counts = Array.from({ length: 12 }, (_, bin) => {
      return times.filter((timeS) => Math.floor(timeS / 300) % 12 === bin).length;
    });
    expect(off((counts[5] ?? 0) / (6 * 300), 7.463)).toBeLessThan(0.05);
    expect(off((counts[0] ?? 0) / (6 * 300), 4.817)).toBeLessThan(0.05);
  });
});

describe("arrivals of azure-code-2023", () => {
  const { summary } = dataset("azure-code-2023");
  const hours = 48;
  const times = arrivalsOf("azure-code-2023", hours);
  const gaps = gapsOf(times);
  const pauses = gaps.filter((gap) => gap >= 10);

  test("have the rate and the spread of the source", () => {
    expect(off(times.length / (hours * 3600), summary.rate_rps)).toBeLessThan(0.05);
    expect(off(cv(gaps), summary.cv)).toBeLessThan(0.35);
  });

  test("come in bursts of 23.0 s with pauses of 52.8 s", () => {
    const burstsS = gaps.reduce((sum, gap) => sum + (gap < 10 ? gap : 0), 0);
    expect(off(burstsS / (pauses.length + 1), 23.01)).toBeLessThan(0.1);
    expect(off(mean(pauses), 52.83)).toBeLessThan(0.1);
  });
});

describe("what ships of a trace is what the trace says (skipped where it is not at hand)", () => {
  const files = [
    ["azure-conv-2023", "azure_2023_conv.csv.gz"],
    ["azure-code-2023", "azure_2023_code.csv.gz"],
  ] as const;

  test.skipIf(noTraces).each(files)("quantiles of %s", (id, file) => {
    const { promptTokens, outputTokens } = trace(file);
    const { ratios, input_tokens, output_tokens } = dataset(id).quantiles;
    const toTenths = (tokens: Uint32Array) =>
      ratios.map((ratio) => Math.abs(quantile(tokens, ratio)));
    toTenths(promptTokens).forEach((tokens, i) => {
      expect(Math.abs(tokens - (input_tokens[i] ?? Infinity))).toBeLessThan(0.051);
    });
    toTenths(outputTokens).forEach((tokens, i) => {
      expect(Math.abs(tokens - (output_tokens[i] ?? Infinity))).toBeLessThan(0.051);
    });
  });

  test.skipIf(noTraces).each(files)("rank counts of %s", (id, file) => {
    const { promptTokens, outputTokens } = trace(file);
    const classes = 20;
    const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
    const rows = classesOf(promptTokens, classes);
    const columns = classesOf(outputTokens, classes);
    rows.forEach((row, request) => {
      const cells = counts[row] ?? [];
      const column = columns[request] ?? 0;
      cells[column] = (cells[column] ?? 0) + 1;
    });
    expect(dataset(id).rank_counts).toEqual(counts);
  });

  test.skipIf(noTraces)("the five-minute rates of azure-conv-2023", () => {
    const { arrivals } = dataset("azure-conv-2023");
    const { arrivalS = new Float64Array() } = trace("azure_2023_conv.csv.gz");
    const endS = arrivalS.at(-1) ?? 0;
    const rates = Array.from({ length: 12 }, (_, bin) => {
      const count = arrivalS.filter((timeS) => Math.floor(timeS / 300) === bin).length;
      return Math.round((count / (Math.min(endS, 300 * (bin + 1)) - 300 * bin)) * 1000) / 1000;
    });
    expect(arrivals).toMatchObject({ kind: "renewal", bin_s: 300, rates_rps: rates });
  });
});

/** The class of each request by rank; equal lengths rank in order of arrival. */
function classesOf(tokens: Uint32Array, classes: number): number[] {
  const order = Array.from(tokens, (count, request) => ({ count, request }));
  order.sort((a, b) => a.count - b.count || a.request - b.request);
  const classOf = new Array<number>(tokens.length);
  order.forEach(({ request }, rank) => {
    classOf[request] = Math.floor((rank * classes) / tokens.length);
  });
  return classOf;
}
