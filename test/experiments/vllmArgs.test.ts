import { describe, expect, test } from "vitest";
import { vllmArgs } from "../../experiments/scenario/vllmArgs.ts";

const cached = "engine.enable_prefix_caching=true";
const message = (text: string) => {
  try {
    vllmArgs(text);
  } catch (error) {
    return String(error);
  }
  return "nothing";
};

describe("a command line of vLLM", () => {
  test.each([
    ["vllm serve Qwen/Qwen3-32B -tp 2", ['llm="Qwen/Qwen3-32B"', "cluster.tensor_parallel_size=2"]],
    ["--model=a/b --max_model_len 32K", ['llm="a/b"', "engine.max_model_len=32768"]],
    [
      "--max-num-seqs 1k \\\n --enforce-eager",
      ["engine.max_num_seqs=1000", "engine.stack=vllm-eager"],
    ],
    ["--quantization 'awq' --dtype half", ["engine.quantization=int4", "engine.dtype=float16"]],
    [
      '-dp 8 --enable-expert-parallel --kv-cache-dtype "fp8_e4m3"',
      [
        "cluster.data_parallel_size=8",
        "cluster.enable_expert_parallel=true",
        "engine.kv_cache_dtype=fp8",
      ],
    ],
    ["", []],
  ])("%s is a scenario's values", (text, set) => {
    expect(vllmArgs(text)).toEqual({ set: [cached, ...set], ignored: [] });
  });

  test("caches prefixes where nobody says otherwise", () => {
    const { set } = vllmArgs("--no-enable-prefix-caching");
    expect(set).toEqual(["engine.enable_prefix_caching=false"]);
  });

  test("has flags of no part in the simulation, with or without a value", () => {
    const { set, ignored } = vllmArgs("--trust-remote-code --host 0.0.0.0 --port=80 -tp 4");
    expect(ignored).toEqual(["--trust-remote-code", "--host", "--port"]);
    expect(set).toEqual([cached, "cluster.tensor_parallel_size=4"]);
  });

  test.each([
    ["--tensor-paralel-size 4", "did you mean --tensor-parallel-size?"],
    ["--max-num-seqs many", '--max-num-seqs: expected a whole number, as 32768 or 32K, got "many"'],
    ["--max-num-seqs", "--max-num-seqs: expected a value"],
    ["--enforce-eager=yes", '--enforce-eager: takes no value, got "yes"'],
    ["--quantization bitsandbytes", "--quantization: expected fp8"],
    ["--gpu-memory-utilization 90", "expected a share from 0 to 1"],
    ["--cpu-offload-gb 10", "weights outside of the GPU are not modelled"],
    ["--model 'a", "a quote ' is not closed"],
    ["serve --trust-remote-code a/b", 'expected a flag, got "a/b"; the model stands first'],
    ["-tp 2 stray", 'expected a flag, got "stray"'],
  ])("%s is refused", (text, expected) => {
    expect(message(text)).toContain(expected);
  });
});
