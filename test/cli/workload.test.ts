import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { noTraces } from "../workloads/traces.ts";
import { command, inOwnFolder } from "./command.ts";

const at = inOwnFolder();
const traces = resolve(import.meta.dirname, "../../../shared/data/traces");

async function json(...words: readonly string[]) {
  return JSON.parse((await command("workload", ...words, "--json", "-")).out);
}

const mooncake = [
  { timestamp: 0, input_length: 600, output_length: 4, hash_ids: [0, 1] },
  { timestamp: 1000, input_length: 1000, output_length: 8, hash_ids: [0, 2] },
  { timestamp: 4000, input_length: 800, output_length: 0, hash_ids: [3, 4] },
  { timestamp: 3000, input_length: 512, output_length: 6, hash_ids: [0] },
];

describe("tokenwatt workload", () => {
  test("tells counts, rate, lengths and what could be reused, under the documented keys", async () => {
    writeFileSync(at("trace.jsonl"), mooncake.map((row) => JSON.stringify(row)).join("\n"));
    const report = await json("trace.jsonl");
    expect(Object.keys(report).slice(0, 8)).toEqual([
      "requests",
      "duration_s",
      "rate_rps",
      "cv",
      "input_tokens",
      "output_tokens",
      "correlation",
      "reusable_prefix_ratio",
    ]);
    expect(report).toMatchObject({
      requests: 3,
      duration_s: 3,
      // Gaps of 1 s and 2 s.
      rate_rps: 1 / 1.5,
      cv: 0.5 / 1.5,
      input_tokens: { mean: 704, p50: 600, p90: 920, max: 1000 },
      output_tokens: { mean: 6, p50: 6, max: 8 },
      reusable_prefix_ratio: 1024 / 2112,
      warnings: ["1 rows of the trace have no output and were left out"],
    });
  });

  test("prints the same for a reader, warnings apart", async () => {
    writeFileSync(at("trace.jsonl"), mooncake.map((row) => JSON.stringify(row)).join("\n"));
    const { code, out, err } = await command("workload", "trace.jsonl", "--json", "report.json");
    expect(code).toBe(0);
    expect(out).toContain("3 requests in 3.00 s");
    expect(out).toMatch(/^input +704 /m);
    expect(out).toContain("48.5 % of the input tokens came before");
    expect(err).toBe("warning: 1 rows of the trace have no output and were left out\n");
    const quiet = await command("workload", "trace.jsonl", "--quiet");
    expect(quiet).toEqual({ code: 0, out: "", err: "" });
  });

  test("has no times, no spread and no correlation where the trace has none", async () => {
    writeFileSync(at("trace.csv"), "num_prefill_tokens,num_decode_tokens\n5,2\n");
    expect(await json("trace.csv")).toMatchObject({
      requests: 1,
      duration_s: null,
      rate_rps: null,
      cv: null,
      correlation: null,
      reusable_prefix_ratio: null,
      input_tokens: { mean: 5, std: 0, p50: 5, p99: 5, max: 5 },
    });
    expect((await command("workload", "trace.csv")).out).toContain("1 requests without times");
    const one = "arrived_at,num_prefill_tokens,num_decode_tokens\n9,5,2\n";
    writeFileSync(at("trace.csv"), one);
    expect(await json("trace.csv")).toMatchObject({ duration_s: 0, rate_rps: null, cv: null });
  });
});

describe("tokenwatt workload", () => {
  test("knows the built-in data sets, with their source", async () => {
    const report = await json("azure-conv-2023");
    expect(report).toMatchObject({ requests: 19366, basis: "measured", license: "CC-BY-4.0" });
    expect((await command("workload", "azure-conv-2023")).out).toContain("Splitwise");
    expect(await json("wikitext")).toMatchObject({
      duration_s: null,
      rate_rps: null,
      cv: null,
      correlation: null,
      basis: "fitted",
      warnings: [],
    });
    const { out, err } = await command("workload", "burstgpt-paper");
    expect(out).toContain("0.730 requests/s; coefficient of variation of the gaps: –");
    expect(err).toMatch(/^warning: burstgpt-paper: its arrivals are assumed: a Poisson process/);
  });

  test("warns of times that look as if they were in another unit", async () => {
    const rows = [0, 200_000, 400_000].map((timeS) => `${timeS},5,2`);
    writeFileSync(
      at("trace.csv"),
      ["arrived_at,num_prefill_tokens,num_decode_tokens", ...rows].join("\n"),
    );
    expect((await json("trace.csv")).warnings).toEqual([
      "between arrivals, half of the gaps above 0 are 200000 s or more; " +
        "are the times of the trace in another unit?",
    ]);
  });

  test.each([
    ["azure-conv-2032", 'there is no data set and no file "azure-conv-2032"; did you mean azure-'],
    ["sharegtp", 'there is no data set and no file "sharegtp"; did you mean sharegpt'],
    ["missing.csv", "missing.csv: no such file or directory"],
    ["odd.csv", "odd.csv: row 1: expected the beginning of a known format: azure"],
  ])("%s is wrong input", async (name, message) => {
    writeFileSync(at("odd.csv"), "a,b\n1,2\n");
    const { code, out, err } = await command("workload", name);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
  });
});

describe("tokenwatt workload of a file that is told how to be read", () => {
  test("reads a table of any names, and tells the nearest where one is not there", async () => {
    writeFileSync(at("log.csv"), "Prompt,Answer,At\n5,2,100\n7,4,200\n");
    const columns = ["input_tokens=Prompt", "output_tokens=Answer", "arrival_ms=At"];
    const words = columns.flatMap((column) => ["--column", column]);
    expect(await json("log.csv", ...words)).toMatchObject({ requests: 2, duration_s: 0.1 });
    const misspelt = await command("workload", "log.csv", "--column", "input_tokens=Promt");
    expect(misspelt.err).toContain(
      'log.csv: row 1: expected a column Promt, found "Prompt,Answer,At"; did you mean Prompt?',
    );
    const unknown = await command("workload", "log.csv", "--column", "inputtokens=Prompt");
    expect(unknown.err).toContain("columns.inputtokens: unknown key; did you mean input_tokens?");
    const format = await command("workload", "log.csv", "--format", "burstgtp");
    expect([format.code, format.err]).toEqual([2, expect.stringContaining("mean burstgpt?")]);
  });

  test("tells of a span of the time, and of what ServeGen's clients would ask in it", async () => {
    writeFileSync(at("log.csv"), "arrival_s,input_tokens,output_tokens\n1,5,2\n4,7,2\n9,1,2\n");
    const span = ["--from-s", "3", "--to-s", "8.5"];
    expect(await json("log.csv", ...span)).toMatchObject({ requests: 2, duration_s: 5 });
    const late = await command("workload", "log.csv", "--from-s", "90");
    expect([late.code, late.err]).toEqual([2, expect.stringContaining("last comes at 8 s")]);
    const ofDataset = await command("workload", "azure-conv-2023", "--from-s", "9");
    expect(ofDataset.err).toContain("from_s: is of trace files; azure-conv-2023 is a built-in");
    mkdirSync(at("m-small"));
    const lengths = { 0: { input_tokens: "{5: 1}", output_tokens: "{2: 0.5, 4: 0.5}" } };
    writeFileSync(at("m-small/chunk-0-trace.csv"), "0,1,1,Gamma,1,1\n600,1,1,Gamma,1,1\n");
    writeFileSync(at("m-small/chunk-0-dataset.json"), JSON.stringify(lengths));
    expect(await json("m-small", "--to-s", "600")).toMatchObject({
      requests: 600,
      input_tokens: { mean: 5 },
    });
  });

  test("never writes over the trace", async () => {
    writeFileSync(at("trace.jsonl"), JSON.stringify(mooncake[0]));
    const { code, err } = await command("workload", "trace.jsonl", "--json", "trace.jsonl");
    expect([code, err]).toEqual([2, expect.stringContaining("would replace trace.jsonl")]);
  });
});

test.skipIf(noTraces).each([
  ["azure_2023_conv.csv.gz", 19_366, 5.53, 1.094, -0.112, null],
  ["azure_2023_code.csv.gz", 8819, 2.566, 13.151, 0.001, null],
  ["mooncake_conversation_trace.jsonl.gz", 12_031, 3.401, 3.03, 0.072, 0.374],
  ["mooncake_synthetic_trace.jsonl.gz", 3993, 3.906, 1.011, -0.374, 0.651],
])("%s is what was measured (skipped where the traces are not at hand)", async (...expected) => {
  const [file, requests, rate, cv, correlation, reusable] = expected;
  const report = await json(join(traces, file));
  expect(report.requests).toBe(requests);
  expect(Math.abs(report.rate_rps - rate)).toBeLessThan(1.1e-3);
  expect(Math.abs(report.cv - cv)).toBeLessThan(6e-3);
  expect(Math.abs(report.correlation - correlation)).toBeLessThan(6e-4);
  if (reusable === null) expect(report.reusable_prefix_ratio).toBeNull();
  else expect(Math.abs(report.reusable_prefix_ratio - reusable)).toBeLessThan(6e-4);
});
