import { expect, test } from "vitest";
import { kvCapacityRuns } from "../../../experiments/measured/readers/kvCapacity.ts";
import { paperRuns } from "../../../experiments/measured/readers/paperFigures.ts";
import { splitwiseRuns } from "../../../experiments/measured/readers/splitwise.ts";
import { staticBatchRuns } from "../../../experiments/measured/readers/staticBatch.ts";
import { steadyStateRuns } from "../../../experiments/measured/readers/steadyState.ts";
import { steadyStateA100Runs } from "../../../experiments/measured/readers/steadyStateA100.ts";
import { transformersRuns } from "../../../experiments/measured/readers/transformers.ts";
import { csvOf, inFolder } from "./tables.ts";

const file = inFolder();

test("a static batch runs as one, and its watts are those of one GPU", () => {
  const latencies = file(
    "latency.csv",
    csvOf(
      {
        hardware: "Nvidia H100 GPU",
        n_gpu: 4,
        framework: "vLLM",
        model: "Qwen/Qwen2-72B",
        in_out_len: 128,
        batch: 16,
        latency_s: 2.5,
      },
      [{}, { framework: "llama.cpp" }, { hardware: "Nvidia GH200 GPU" }, { latency_s: 0.3 }],
    ),
  );
  const power = file(
    "power.csv",
    csvOf(
      {
        gpu: "Nvidia A100 GPU",
        n_gpus: 2,
        engine: "TensorRT-LLM",
        model: "meta-llama/Llama-2-7b-hf",
        input_and_output_tokens: 1024,
        batch: 64,
        mean_power_w: 500,
      },
      [{}],
    ),
  );
  const { runs, skipped } = staticBatchRuns({ latencies, power });
  expect(runs.map(({ scenario }) => scenario.engine)).toEqual([
    { stack: "vllm", max_num_seqs: 16 },
    { stack: "trtllm", max_num_seqs: 64 },
  ]);
  expect(runs.map(({ scenario }) => scenario.cluster.gpu)).toEqual(["H100-SXM", "A100-SXM-40GB"]);
  expect(runs.flatMap(({ measured }) => measured)).toEqual([
    { metric: "batch_latency_s", value: 2.5 },
    { metric: "per_gpu_w", value: 250 },
  ]);
  expect(skipped.map(({ reason }) => reason)).toEqual([
    'no stack stands for "llama.cpp"',
    'the catalogue has no GPU "Nvidia GH200 GPU"',
    "less time than the weights take to be read for each token: the answers ended early",
  ]);
});

test("of the 2023 batches, computed ones and watts of idle GPUs are left out", () => {
  const usual = {
    model: "llama2-70b",
    hardware: "a100-80gb",
    tensor_parallel: 8,
    prompt_size: 512,
    batch_size: 1,
    token_size: 128,
    prompt_ms: 94,
    token_ms: 45,
    mean_power_over_tdp: 0.43,
  };
  const { runs, skipped } = splitwiseRuns(
    file(
      "splitwise.csv",
      csvOf(usual, [
        {},
        { prompt_size: 8192, mean_power_over_tdp: 0.17 },
        { hardware: "h100-80gb-pcap" },
        { token_size: 8192 },
        { tensor_parallel: 2, batch_size: 64 },
      ]),
    ),
  );
  expect(runs.map(({ measured }) => measured.map(({ metric }) => metric))).toEqual([
    ["prompt_ms", "tpot_ms", "per_gpu_w"],
    ["prompt_ms", "tpot_ms"],
  ]);
  expect(runs[0]?.measured.at(-1)?.value).toBeCloseTo(172, 6);
  expect(skipped).toHaveLength(3);
});

test("rows whose hosts held the GPUs up are a suite of their own", () => {
  const table = file(
    "steady.csv",
    csvOf(
      {
        task: "gpqa",
        model: "Qwen/Qwen3-235B-A22B-Thinking-2507-FP8",
        precision: "fp8",
        gpu: "H100",
        n_gpus: 8,
        ep: 8,
        max_num_seqs: 64,
        output_tok_s: 3000,
        power_W_per_gpu: 400,
        energy_per_token_J: 1.07,
        host_bound: "False",
      },
      [{}, { host_bound: "True" }, { task: "video-chat" }],
    ),
  );
  const lengths = file(
    "lengths.json",
    JSON.stringify({
      "Qwen/Qwen3-235B-A22B-Thinking-2507-FP8|gpqa": { bins: [100, 300], counts: [10] },
    }),
  );
  const { runs, skipped } = steadyStateRuns({ table, lengths });
  expect(runs.map(({ suite }) => suite)).toEqual(["steady_state", "steady_state_host_bound"]);
  const [run] = runs;
  expect(run?.scenario.cluster).toEqual({
    gpu: "H100-SXM",
    tensor_parallel_size: 8,
    enable_expert_parallel: true,
  });
  expect(run?.scenario.engine).toEqual({ stack: "vllm", max_num_seqs: 64, quantization: "fp8" });
  expect(run?.recorded?.outputTokens.length).toBe(32);
  expect(skipped.map(({ reason }) => reason)).toEqual(["no output lengths are published"]);
});

test("of ML.ENERGY's second version joules count and watts, which are derived, do not", () => {
  const usual = {
    task: "llm-chat",
    model: "mistralai/Mixtral-8x22B-Instruct-v0.1",
    gpu: "A100-SXM4-40GB",
    n_gpus: 16,
    tp: 8,
    pp: 2,
    max_num_seqs: 32,
    avg_output_len: 400,
    derived_power_W_per_gpu: 150,
    energy_per_token_J: 2,
  };
  const { runs, skipped } = steadyStateA100Runs(
    file("a100.csv", csvOf(usual, [{}, { task: "mllm-chat" }])),
  );
  expect(runs[0]?.measured).toEqual([{ metric: "steady_per_output_token_j", value: 2 }]);
  expect(runs[0]?.scenario.cluster.pipeline_parallel_size).toBe(2);
  expect(skipped.map(({ reason }) => reason)).toEqual(["mllm-chat: the prompts hold images"]);
});

test("of generate() calls without a KV cache only those that launching bounds are kept", () => {
  const usual = {
    src: "Llama-2-7b-chat-hf-argonne-swing-1",
    runtime_s: 1.9,
    input_tokens: "21.0",
    output_tokens: "64.0",
  };
  const { runs, skipped } = transformersRuns(
    file("hf.csv", csvOf(usual, [{}, {}, { output_tokens: "512.0" }, { output_tokens: "-7.0" }])),
  );
  expect(runs.map(({ scenario }) => scenario.engine)).toEqual([
    { stack: "hf-eager", batch_size: 1 },
  ]);
  expect(skipped.map(({ reason }) => reason)).toEqual([
    "the first call of a session, which loads kernels",
    "recomputed without a KV cache",
    "the columns of tokens are mixed up",
  ]);
});

test("a KV cache is sized under the budget and by the engine that its log shows", () => {
  const usual = {
    model: "qwen2.5-3b",
    gpu: "T4-16GB",
    tp: 1,
    util: 0.9,
    max_batched_tokens: "",
    kv_tokens_actual: 168528,
    vllm: "0.6",
    source: "a log",
  };
  const { runs } = kvCapacityRuns(
    file(
      "kv.csv",
      csvOf(usual, [{}, { max_batched_tokens: "2048.0" }, { vllm: "~0.19" }, { vllm: "V1" }]),
    ),
  );
  expect(runs.map(({ scenario }) => scenario.engine)).toEqual([
    { stack: "vllm-v0", gpu_memory_utilization: 0.9 },
    { stack: "vllm-v0", gpu_memory_utilization: 0.9, max_num_batched_tokens: 2048 },
    { stack: "vllm", gpu_memory_utilization: 0.9 },
    { stack: "vllm", gpu_memory_utilization: 0.9 },
  ]);
});

test("the paper's prompts are padded where a figure gives no length, and derived rows stay out", () => {
  const usual = {
    table_or_fig: "Fig 5c",
    model: "Llama-3.1-8B",
    gpu: "RTX A6000 48GB",
    n_gpus_tp: 1,
    framework: "PyTorch eager",
    batch: 8,
    input_tokens: "",
    output_tokens: "64",
    workload: "Wikitext-2",
    metric: "gpu_energy",
    value: 0.0254,
    unit: "kWh/1024 examples",
    kind: "derived",
    note: "digitised",
  };
  const { runs, skipped } = paperRuns(
    file(
      "targets.csv",
      csvOf(usual, [
        {},
        { table_or_fig: "Fig 10c", input_tokens: "512 (text: 512 or 64)", metric: "total_energy" },
        { table_or_fig: "Fig 2c", metric: "decode_energy_per_token" },
        { table_or_fig: "Table 1" },
        { framework: "vLLM speculative" },
      ]),
    ),
  );
  expect(runs.map(({ scenario }) => scenario.workload.lengths?.input)).toEqual([
    { kind: "fixed", tokens: 547 },
    { kind: "fixed", tokens: 512 },
  ]);
  expect(runs.map(({ paper }) => paper?.figure)).toEqual(["5c", "10c"]);
  expect(runs[0]?.scenario.engine).toEqual({ stack: "hf-eager", batch_size: 8 });
  expect(skipped.map(({ reason }) => reason)).toEqual([
    "derived from other rows",
    "not a point of figures 2, 3, 5, 6a and 10c",
    'no stack stands for "vLLM speculative"',
  ]);
});
