import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { LengthSummary } from "../../workloads/dataset.ts";
import { datasetById } from "../../workloads/datasets.ts";
import { traceSummary } from "../../workloads/traceSummary.ts";
import { quantile } from "./statistics.ts";
import { noTraces, trace, traceFolder } from "./traces.ts";

const dataset = (id: string) => {
  const entry = datasetById(id);
  if (entry === undefined) throw new Error(`no data set ${id}`);
  return entry;
};

describe("what ships of a trace is what the trace says (skipped where it is not at hand)", () => {
  const files = [
    ["azure-conv-2023", "azure_2023_conv.csv.gz"],
    ["azure-code-2023", "azure_2023_code.csv.gz"],
    ["mooncake-conversation", "mooncake_conversation_trace.jsonl.gz"],
    ["mooncake-synthetic", "mooncake_synthetic_trace.jsonl.gz"],
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
    const counts = rankCounts(trace(file), 20);
    expect(dataset(id).rank_counts).toEqual(counts);
  });

  test.skipIf(noTraces).each(files)("summary of %s", (id, file) => {
    const { summary } = dataset(id);
    const measured = traceSummary(trace(file));
    const near = (value: number) => expect.closeTo(value, 2);
    const lengths = ({ mean, std, p50, p90, p99, max }: LengthSummary) => ({
      mean: near(mean),
      std: near(std),
      p50: near(p50),
      p90: near(p90),
      p99: near(p99),
      max,
    });
    expect(summary).toEqual({
      requests: measured.requests,
      duration_s: expect.closeTo(measured.duration_s ?? Number.NaN, 5),
      rate_rps: expect.closeTo(measured.rate_rps ?? Number.NaN, 3),
      cv: expect.closeTo(measured.cv ?? Number.NaN, 3),
      input_tokens: lengths(measured.input_tokens),
      output_tokens: lengths(measured.output_tokens),
      correlation: expect.closeTo(measured.correlation ?? Number.NaN, 3),
    });
  });

  test.skipIf(noTraces).each([files[0], files[2], files[3]])("the rates of %s", (id, file) => {
    const { arrivals } = dataset(id);
    const { arrivalS = new Float64Array() } = trace(file);
    const endS = arrivalS.at(-1) ?? 0;
    const rates = Array.from({ length: Math.ceil(endS / 300) }, (_, bin) => {
      const count = arrivalS.filter((timeS) => Math.floor(timeS / 300) === bin).length;
      return Math.round((count / (Math.min(endS, 300 * (bin + 1)) - 300 * bin)) * 1000) / 1000;
    });
    expect(arrivals).toMatchObject({ kind: "renewal", bin_s: 300, rates_rps: rates });
  });

  test.skipIf(noTraces)("lengths of sharegpt", () => {
    const text = readFileSync(join(traceFolder, "sharegpt_llama31_lengths_300.csv"), "utf8");
    const rows = text.trim().split("\n").slice(1);
    const column = (place: number) =>
      Uint32Array.from(rows, (row) => Number(row.split(",")[place] ?? Number.NaN));
    const { quantiles, rank_counts } = dataset("sharegpt");
    const [promptTokens, outputTokens] = [column(1), column(2)];
    expect(quantiles.input_tokens).toEqual(tenths(promptTokens, quantiles.ratios));
    expect(quantiles.output_tokens).toEqual(tenths(outputTokens, quantiles.ratios));
    expect(rank_counts).toEqual(rankCounts({ promptTokens, outputTokens }, 10));
  });
});

/** Quantiles as they ship: to a tenth of a token. */
const tenths = (tokens: Uint32Array, ratios: readonly number[]) =>
  ratios.map((ratio) => expect.closeTo(quantile(tokens, ratio), 0.9));

interface Lengths {
  readonly promptTokens: Uint32Array;
  readonly outputTokens: Uint32Array;
}

function rankCounts({ promptTokens, outputTokens }: Lengths, classes: number): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const rows = classesOf(promptTokens, classes);
  const columns = classesOf(outputTokens, classes);
  for (const [request, row] of rows.entries()) {
    const cells = counts[row] ?? [];
    const column = columns[request] ?? 0;
    cells[column] = (cells[column] ?? 0) + 1;
  }
  return counts;
}

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
