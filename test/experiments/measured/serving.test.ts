import { expect, test } from "vitest";
import { servingRuns } from "../../../experiments/measured/readers/serving.ts";
import { csvOf, inFolder } from "./tables.ts";

const file = inFolder();

const usual = {
  system: "h100_sxm",
  backend: "vllm",
  backend_version: "0.18.0",
  model_path: "openai/gpt-oss-120b",
  precision: "fp4",
  isl: 1024,
  osl: 1024,
  concurrency: 16,
  tp_size: 4,
  pp_size: 1,
  attention_dp_size: 1,
  moe_tp_size: 4,
  moe_ep_size: 1,
  mean_ttft_ms: 100,
  mean_tpot_ms: 10,
};
let figures = 0;
const read = (...rows: readonly Readonly<Record<string, string | number>>[]) =>
  servingRuns(
    file(
      "serving.csv",
      csvOf(
        usual,
        rows.map((row) => ({ mean_ttft_ms: ++figures, ...row })),
      ),
    ),
  );

test("serving points are closed loops of ten rounds with lengths in 0.8 to 1 of the shape", () => {
  const { runs } = read({});
  expect(runs[0]?.scenario).toEqual({
    llm: "openai/gpt-oss-120b",
    cluster: { gpu: "H100-SXM", tensor_parallel_size: 4 },
    engine: { stack: "vllm" },
    workload: {
      arrivals: { kind: "closed_loop", concurrency: 16 },
      lengths: {
        input: { kind: "uniform", min: 819, max: 1024 },
        output: { kind: "uniform", min: 819, max: 1024 },
      },
      num_requests: 160,
    },
  });
});

test("serving points of other shapes have fixed lengths", () => {
  const { runs } = read({ isl: 2048, osl: 128 });
  expect(runs[0]?.scenario.workload.lengths?.output).toEqual({ kind: "fixed", tokens: 128 });
});

test("serving points that repeat a measurement under another name are counted once", () => {
  const same = { mean_ttft_ms: 7, mean_tpot_ms: 3, precision: "fp8", tp_size: 8, moe_tp_size: 8 };
  const { runs, skipped } = read(
    { ...same, model_path: "deepseek-ai/DeepSeek-R1" },
    { ...same, model_path: "deepseek-ai/DeepSeek-V3" },
  );
  expect(runs.map(({ scenario }) => scenario.llm)).toEqual(["deepseek-ai/DeepSeek-V3"]);
  expect(skipped.map(({ reason }) => reason)).toEqual([
    "the same measurement stands in an earlier row",
  ]);
});

test.each([
  [{ tp_size: 4, moe_tp_size: 1, moe_ep_size: 4 }, { tensor_parallel_size: 4 }],
  [{ tp_size: 64, moe_tp_size: 8, moe_ep_size: 8 }, { tensor_parallel_size: 8 }],
  [
    { tp_size: 1, attention_dp_size: 16, moe_tp_size: 4, moe_ep_size: 4 },
    { data_parallel_size: 4 },
  ],
  [
    { tp_size: 4, attention_dp_size: 4, moe_tp_size: 1, moe_ep_size: 16 },
    { data_parallel_size: 4 },
  ],
])("serving points spell expert parallelism over N GPUs plainly or squared: %j", (row, cluster) => {
  const { runs } = read(row);
  expect(runs[0]?.scenario.cluster).toEqual({
    gpu: "H100-SXM",
    ...cluster,
    enable_expert_parallel: true,
  });
});

test("serving points are left out with the reason where no scenario stands for them", () => {
  const { runs, skipped } = read(
    { model_path: "zhipuai/GLM-5" },
    { concurrency: "" },
    { tp_size: 8, moe_tp_size: 2, moe_ep_size: 4 },
  );
  expect(runs).toEqual([]);
  expect(skipped.map(({ reason }) => reason)).toEqual([
    'the catalogue has no LLM "zhipuai/GLM-5"',
    "the concurrency is not recorded",
    "no layout of the scenario language has tp 8, attention dp 1, moe tp 2, ep 4",
  ]);
});

test("serving points take fp8 as W8A8, and a checkpoint that is quantised already as it is", () => {
  const { runs } = read(
    { model_path: "Qwen/Qwen3-32B", precision: "fp8" },
    { model_path: "Qwen/Qwen3-32B", precision: "" },
    { model_path: "deepseek-ai/DeepSeek-V3", precision: "fp8" },
    { model_path: "MiniMaxAI/MiniMax-M2.5", precision: "fp8" },
    { model_path: "moonshotai/Kimi-K2.5", precision: "int4" },
    { model_path: "moonshotai/Kimi-K2.5", precision: "fp4" },
  );
  expect(runs.map(({ precision, scenario }) => [precision, scenario.engine.quantization])).toEqual([
    ["fp8", "fp8"],
    ["bf16", undefined],
    ["fp8", undefined],
    ["fp8", undefined],
    ["int4", undefined],
    ["nvfp4", "nvfp4"],
  ]);
});

test("serving points say what had to be assumed of them", () => {
  const { runs } = read(
    { model_path: "meta-llama/Llama-3.1-70B", precision: "fp8" },
    { backend: "trtllm", attention_dp_size: "", model_path: "meta-llama/Llama-3.1-8B-Instruct" },
  );
  expect(runs.map(({ scenario }) => scenario.engine)).toEqual([
    { stack: "vllm", quantization: "fp8", kv_cache_dtype: "fp8" },
    { stack: "trtllm", quantization: "nvfp4", max_num_seqs: 15 },
  ]);
  expect(runs.every(({ assumed = [] }) => assumed.length > 0)).toBe(true);
});
