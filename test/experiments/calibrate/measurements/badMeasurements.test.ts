import { describe, expect, test } from "vitest";
import { calibratedGpu } from "../../../../experiments/calibrate/measurements/calibratedGpu.ts";
import { goodRow, header, measurementsReader, oneRow } from "./measurementFiles.ts";

const read = measurementsReader();
const users = { concurrency: 16, tpot_ms: 9.5 };

test("an unknown GPU is named with the nearest", () => {
  expect(() => calibratedGpu("H100-SMX")).toThrow(
    '--gpu: the catalogue has no GPU "H100-SMX"; did you mean H100-SXM?',
  );
});

test.each([
  ["an empty file", [""], "mine.csv: is empty"],
  ["a header alone", [header], "mine.csv:1: no row follows"],
  [
    "missing columns",
    ["concurrency,tpot_ms", "16,9"],
    /mine.csv:1: model: this column is missing\n.*mine.csv:1: input_tokens: this/,
  ],
  [
    "no column of a load",
    ["model,input_tokens,output_tokens,tpot_ms"],
    "one of concurrency, batch",
  ],
  ["no column of a figure", ["model,input_tokens,output_tokens,batch"], "one of ttft_ms, tpot_ms"],
  [
    "an unknown column",
    oneRow({ ...users, tpot: 9 }),
    "mine.csv:1:54: tpot: unknown column; did you mean tpot_ms?",
  ],
  ["a column twice", [`${header},power_w`, `${goodRow},480`], "power_w: the second such column"],
  ["the index of pandas", [`,${header}`, `0,${goodRow}`], "index=False"],
  ["semicolons", [header.replaceAll(",", ";")], "expected columns separated by commas"],
  [
    "a field too many",
    [header, `${goodRow},1`],
    "mine.csv:2: expected 6 fields, as the first line",
  ],
  ["a quote out of place", [header, `"${goodRow}`], "mine.csv:2:1: a quote out of place"],
  [
    "the same row twice",
    [header, goodRow, goodRow],
    "mine.csv:3: the same settings and the same tpot_ms, power_w as in line 2",
  ],
])("%s is refused", (_, lines, message) => {
  expect(() => read(...lines)).toThrow(message);
});

test.each([
  [
    "an unknown model",
    { model: "meta-llama/Llama-3.1-9B" },
    "2:1: model: the catalogue has no LLM",
  ],
  ["an unknown stack", { stack: "vlm" }, 'got "vlm"; did you mean vllm?'],
  ["another GPU", { gpu: "A100-SXM" }, "gpu: A100-SXM is not H100-SXM, the GPU of --gpu"],
  ["users and a batch", { batch: 4 }, "batch: concurrency is given too; expected one of"],
  [
    "no load",
    { concurrency: "" },
    "mine.csv:2: no load; expected one of concurrency, batch, rate_rps",
  ],
  ["no figure", { tpot_ms: "" }, "mine.csv:2: nothing measured; expected at least one of ttft_ms"],
  ["text for a number", { tpot_ms: "9.5 ms" }, 'tpot_ms: expected a number > 0, got "9.5 ms"'],
  ["a negative number", { tpot_ms: -1 }, "tpot_ms: expected a number > 0, got -1"],
  ["half a GPU", { tp: 0.5 }, "tp: expected a whole number >= 1, got 0.5"],
  ["a group that divides no heads", { tp: 5 }, "tp: tensor_parallel_size 5 does not divide"],
  [
    "a model that doesn't fit",
    { model: "meta-llama/Llama-3.1-70B" },
    "tp: meta-llama/Llama-3.1-70B does not fit",
  ],
  [
    "a context that is too long",
    { input_tokens: 140000 },
    "input_tokens: with output_tokens 140128",
  ],
  [
    "steady without users",
    { concurrency: "", rate_rps: 2, window: "steady" },
    "window: steady is for users",
  ],
  ["a whole run of nobody knows how many", { window: "whole" }, "num_requests: missing"],
  ["TTFT of a steady window", { ttft_ms: 50 }, "ttft_ms: is a mean over all requests"],
  ["users of a static stack", { stack: "hf-eager" }, "stack: hf-eager runs static batches"],
  ["a batch latency of users", { batch_latency_s: 3 }, "batch_latency_s: is of a batch"],
  [
    "more watts than the card has",
    { power_w: 3800 },
    "power_w: 3800 W are above 700 W, the TDP of H100-SXM",
  ],
  [
    "more watts than the cap",
    { power_w: 480, power_cap_w: 400 },
    "above 400 W, the power_cap_w of the row",
  ],
  ["fewer watts than at rest", { power_w: 0.48 }, "power_w: 0.48 W are below"],
])("%s is refused", (_, cells, message) => {
  expect(() => read(...oneRow({ ...users, ...cells }))).toThrow(message);
});

test("every problem of a file is told at once, in the order of its lines", () => {
  const lines = [
    `${header},watt`,
    `${goodRow.replace("9.5", "fast")},`,
    `${goodRow.replace("480", "900")},`,
  ];
  expect(() => read(...lines)).toThrow(
    /csv:1:\d+: watt: [\s\S]*csv:2:\d+: tpot_ms: [\s\S]*csv:3:\d+: power_w: /,
  );
});

test("of a slip in every row the first twenty are told", () => {
  const rows = Array.from({ length: 30 }, () => goodRow.replace("9.5", "fast"));
  expect(() => read(header, ...rows)).toThrow("and 10 more problems");
});

describe("a figure in another unit", () => {
  test.each([
    [
      "TPOT in seconds",
      { concurrency: 16, tpot_ms: 0.0095 },
      /csv:2:\d+: tpot_ms: 0.0095 ms is far below the \d.* is it in seconds\?/,
    ],
    [
      "TTFT in seconds",
      { concurrency: 16, num_requests: 160, ttft_ms: 0.04 },
      /ttft_ms: 0.04 ms is far below .* is it in seconds\?/,
    ],
    [
      "a batch in milliseconds",
      { batch: 8, batch_latency_s: 1400 },
      /batch_latency_s: 1400 s is far above .* in milliseconds\?/,
    ],
    [
      "the time of a request in seconds",
      { concurrency: 16, num_requests: 160, e2e_ms: 1.3 },
      /e2e_ms: 1.3 ms is far below .* is it in seconds\?/,
    ],
    [
      "a request faster than its tokens are read, if not than its prompt is",
      { concurrency: 16, num_requests: 160, e2e_ms: 100 },
      /e2e_ms: 100 ms is far below/,
    ],
    [
      "throughput of prompts as well, of users",
      { concurrency: 16, output_tokens_per_s: 9000 },
      /output_tokens_per_s: 9000 .s is far above .* does it count prompts\?/,
    ],
    [
      "throughput of prompts as well, of a batch",
      { batch: 16, output_tokens_per_s: 9000 },
      /output_tokens_per_s: 9000/,
    ],
    ["a batch that ended early", { batch: 8, batch_latency_s: 0.1 }, /did answers end early\?/],
    [
      "watts of a node beside joules of it",
      {
        concurrency: 16,
        tp: 4,
        power_w: 600,
        output_tokens_per_s: 2400,
        energy_per_output_token_j: 0.25,
      },
      /is not power_w x tp/,
    ],
  ])("%s is doubted, and read", (_, cells, warning) => {
    const { runs, warnings } = read(...oneRow(cells));
    expect(runs).toHaveLength(1);
    expect(warnings).toEqual([expect.stringMatching(warning)]);
  });

  test("one in its unit is not", () => {
    const figures = { ttft_ms: 40, tpot_ms: 9.5, e2e_ms: 1250, output_tokens_per_s: 1600 };
    expect(read(...oneRow({ concurrency: 16, num_requests: 160, ...figures })).warnings).toEqual(
      [],
    );
  });

  test.each([
    ["requests at a rate", { rate_rps: 100, output_tokens_per_s: 9000 }],
    ["answers of one token", { batch: 64, output_tokens: 1, output_tokens_per_s: 9000 }],
  ])("throughput of %s has no such limit", (_, cells) => {
    expect(read(...oneRow(cells)).warnings).toEqual([]);
  });
});
