import { gpuById } from "../../models/gpuCatalogue.ts";
import type { LlmSpec } from "../../models/llm.ts";
import { llmById } from "../../models/llmCatalogue.ts";

/**
 * Names of measured tables by the catalogue's id; twins that `llmById` knows resolve by themselves.
 * Networks of one shape stand for each other: tuned or distilled releases, and Code Llama, whose
 * vocabulary has 16 words more than Llama 2's.
 */
const llmNames: Readonly<Record<string, string>> = {
  "llama2-7b": "meta-llama/Llama-2-7b-hf",
  "llama2-70b": "meta-llama/Llama-2-70b-hf",
  "llama3-8b": "meta-llama/Meta-Llama-3-8B",
  "llama-3-8b": "meta-llama/Llama-3.1-8B",
  "Llama-3.1-8B": "meta-llama/Llama-3.1-8B",
  "Llama-3.1-8B-Instruct": "meta-llama/Llama-3.1-8B",
  "deepseek-r1-distill-8b": "meta-llama/Llama-3.1-8B",
  "meta-llama/Llama-3.3-70B-Instruct": "meta-llama/Llama-3.1-70B",
  "codellama/CodeLlama-7b-hf": "meta-llama/Llama-2-7b-hf",
  "codellama/CodeLlama-13b-hf": "meta-llama/Llama-2-13b-hf",
  "codellama/CodeLlama-70b-hf": "meta-llama/Llama-2-70b-hf",
  "qwen2.5-3b": "Qwen/Qwen2.5-3B",
  "Qwen/Qwen2-72B": "Qwen/Qwen2.5-72B",
  "Qwen/Qwen3-30B-A3B-Instruct-2507": "Qwen/Qwen3-30B-A3B",
  "Qwen/Qwen3-30B-A3B-Thinking-2507": "Qwen/Qwen3-30B-A3B",
  "Qwen/Qwen3-235B-A22B-Instruct-2507": "Qwen/Qwen3-235B-A22B",
  "Qwen/Qwen3-235B-A22B-Thinking-2507": "Qwen/Qwen3-235B-A22B",
  "nvidia/DeepSeek-R1-NVFP4": "deepseek-ai/DeepSeek-V3",
  "nvidia/DeepSeek-V3.1-NVFP4": "deepseek-ai/DeepSeek-V3",
  "gpt-oss-20b": "openai/gpt-oss-20b",
  "mistral-nemo": "mistralai/Mistral-Nemo-Instruct-2407",
  "Llama-2-7b-chat-hf": "meta-llama/Llama-2-7b-hf",
  "Llama-2-13b-chat-hf": "meta-llama/Llama-2-13b-hf",
  "Mistral-7B-v0.1": "mistralai/Mistral-7B-v0.1",
  "Mixtral-8x7B-v0.1": "mistralai/Mixtral-8x7B-v0.1",
  "OLMo-1B": "allenai/OLMo-1B-hf",
  "OLMo-7B": "allenai/OLMo-7B-hf",
  "OLMoE-1B-7B": "allenai/OLMoE-1B-7B-0924",
};

/** Argonne's A100s and those of ML.ENERGY v2 hold 40 GB. */
const gpuNames: Readonly<Record<string, string>> = {
  b200_sxm: "B200-SXM",
  h200_sxm: "H200-SXM",
  h100_sxm: "H100-SXM",
  B200: "B200-SXM",
  H100: "H100-SXM",
  A100: "A100-SXM",
  "H100-80GB": "H100-SXM",
  "h100-80gb": "H100-SXM",
  "h100-80gb-pcap": "H100-SXM",
  "a100-80gb": "A100-SXM",
  "A100-80GB": "A100-SXM",
  "A100-40GB": "A100-SXM-40GB",
  "A100-SXM4-40GB": "A100-SXM-40GB",
  "Nvidia A100 GPU": "A100-SXM-40GB",
  "Nvidia H100 GPU": "H100-SXM",
  "RTX4090-24GB": "RTX-4090",
  "H100-NVL-94GB": "H100-NVL",
  "A6000-48GB": "RTX-A6000",
  "T4-16GB": "T4",
  "A100 80GB PCIe": "A100-PCIe-80GB",
  "RTX A6000 48GB": "RTX-A6000",
  "RTX 6000 Ada 48GB": "RTX-6000-Ada",
  "RTX 6000 Ada 48GB (inferred)": "RTX-6000-Ada",
};

/** The catalogue's network behind a name; undefined where it has none. */
export function llmNamed(name: string): LlmSpec | undefined {
  const released = name.replace(/-FP8$/, "");
  return llmById(llmNames[released] ?? released);
}

/** The catalogue's id behind a name; undefined where it has none. */
export function gpuNamed(name: string): string | undefined {
  return gpuById(gpuNames[name] ?? name)?.id;
}
