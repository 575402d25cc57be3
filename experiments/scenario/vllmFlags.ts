/** A flag of `vllm serve` that says something of a scenario. */
export type VllmFlag =
  | { readonly kind: "switch"; readonly key: string; readonly value: string }
  | {
      readonly kind: "value";
      readonly key: string;
      readonly expected: string;
      /** The value as YAML; undefined where it is none. */
      readonly read: (value: string) => string | undefined;
    };

const on = (key: string, value = "true"): VllmFlag => ({ kind: "switch", key, value });

const text = (key: string): VllmFlag => ({
  ...{ kind: "value", key, expected: "a name" },
  read: (value) => JSON.stringify(value),
});

const count = (key: string): VllmFlag => ({
  ...{ kind: "value", key, expected: "a whole number" },
  read: (value) => (/^\d+$/.test(value) ? value : undefined),
});

/** 32k is 32,000 and 32K is 32,768, as vLLM reads them. */
const readable = (key: string): VllmFlag => ({
  ...{ kind: "value", key, expected: "a whole number, as 32768 or 32K" },
  read: (value) => {
    const [, digits, suffix] = /^(\d+(?:\.\d+)?)([kKmM]?)$/.exec(value) ?? [];
    const factor = { k: 1e3, K: 1024, m: 1e6, M: 1024 ** 2 }[suffix ?? ""] ?? 1;
    const tokens = Number(digits) * factor;
    return Number.isInteger(tokens) ? String(tokens) : undefined;
  },
});

const share = (key: string): VllmFlag => ({
  ...{ kind: "value", key, expected: "a share from 0 to 1" },
  read: (value) => (Number(value) > 0 && Number(value) <= 1 ? value : undefined),
});

const word = (key: string, words: Readonly<Record<string, string>>): VllmFlag => ({
  ...{ kind: "value", key, expected: Object.keys(words).join(", ") },
  read: (value) => words[value.toLowerCase()],
});

const model = text("llm");
const quantization = word("engine.quantization", {
  ...{ fp8: "fp8", mxfp4: "mxfp4", modelopt_fp4: "nvfp4" },
  ...{ awq: "int4", awq_marlin: "int4", gptq: "int4", gptq_marlin: "int4" },
  // Whatever the checkpoint says.
  "compressed-tensors": "null",
});
const tensorParallel = count("cluster.tensor_parallel_size");
const pipelineParallel = count("cluster.pipeline_parallel_size");
const dataParallel = count("cluster.data_parallel_size");

export const vllmFlags: Readonly<Record<string, VllmFlag>> = {
  "--model": model,
  "--tensor-parallel-size": tensorParallel,
  "-tp": tensorParallel,
  "--pipeline-parallel-size": pipelineParallel,
  "-pp": pipelineParallel,
  "--data-parallel-size": dataParallel,
  "-dp": dataParallel,
  "--enable-expert-parallel": on("cluster.enable_expert_parallel"),
  "--dtype": word("engine.dtype", {
    ...{ auto: "auto", bfloat16: "bfloat16", float16: "float16", half: "float16" },
  }),
  "--quantization": quantization,
  "-q": quantization,
  "--kv-cache-dtype": word("engine.kv_cache_dtype", {
    ...{ auto: "auto", fp8: "fp8", fp8_e4m3: "fp8", fp8_e5m2: "fp8" },
  }),
  "--max-num-seqs": readable("engine.max_num_seqs"),
  "--max-num-batched-tokens": readable("engine.max_num_batched_tokens"),
  "--max-model-len": readable("engine.max_model_len"),
  "--gpu-memory-utilization": share("engine.gpu_memory_utilization"),
  "--block-size": count("engine.block_size"),
  "--enable-prefix-caching": on("engine.enable_prefix_caching"),
  "--no-enable-prefix-caching": on("engine.enable_prefix_caching", "false"),
  "--enforce-eager": on("engine.stack", "vllm-eager"),
  "--enable-chunked-prefill": on("engine.scheduler", "chunked_prefill"),
};

/** What has no part in time, memory or watts, and takes no value. */
export const ignoredSwitches: ReadonlySet<string> = new Set([
  ...["--trust-remote-code", "--enable-auto-tool-choice", "--enable-log-requests"],
  ...["--disable-log-requests", "--disable-log-stats", "--no-enable-log-requests"],
]);

/** Likewise, with a value. */
export const ignoredFlags: ReadonlySet<string> = new Set([
  ...["--host", "--port", "--api-key", "--uvicorn-log-level", "--root-path", "--allowed-origins"],
  ...["--ssl-keyfile", "--ssl-certfile", "--served-model-name", "--tokenizer", "--tokenizer-mode"],
  ...["--revision", "--download-dir", "--load-format", "--seed", "--task", "--runner"],
  ...["--chat-template", "--tool-call-parser", "--reasoning-parser", "--response-role"],
  ...["--distributed-executor-backend", "--generation-config"],
]);

/** What would change the figures and is not simulated so. */
export const refusedFlags: Readonly<Record<string, string>> = {
  "--no-enable-chunked-prefill": "is not modelled for vLLM v1; engine.scheduler: continuous is v0",
  "--speculative-config": "write engine.speculative, which needs an acceptance_rate as well",
  "--cpu-offload-gb": "weights outside of the GPU are not modelled",
  "--enable-lora": "LoRA adapters are not modelled",
  "--async-scheduling": "is not modelled apart",
  "--config": "is a file; its keys can be copied under engine:",
};
