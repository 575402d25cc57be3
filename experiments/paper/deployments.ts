import type { ScenarioInput } from "../scenario/schema.ts";

/** The paper's word for a GPU or a network, and the catalogue's id. */
interface Named {
  readonly word: string;
  readonly id: string;
}

export const gpus = {
  a100: { word: "A100 80GB PCIe", id: "A100-PCIe-80GB" },
  ada: { word: "RTX 6000 Ada 48GB", id: "RTX-6000-Ada" },
  a6000: { word: "RTX A6000 48GB", id: "RTX-A6000" },
} as const satisfies Readonly<Record<string, Named>>;

export const llms = {
  llama: { word: "Llama-3.1-8B", id: "meta-llama/Llama-3.1-8B" },
  // The distilled network has the shape of Qwen2.5-32B.
  qwen: { word: "DeepSeek-R1-Distill-Qwen-32B", id: "Qwen/Qwen2.5-32B" },
  olmo1: { word: "OLMo-1B", id: "allenai/OLMo-1B-hf" },
  olmo7: { word: "OLMo-7B", id: "allenai/OLMo-7B-hf" },
  olmoe: { word: "OLMoE-1B-7B", id: "allenai/OLMoE-1B-7B-0924" },
} as const satisfies Readonly<Record<string, Named>>;

/** The stack behind each framework of the paper. */
export const frameworks = {
  "PyTorch eager": "hf-eager",
  "PyTorch torch.compile": "hf-compile",
  "vLLM eager": "vllm-eager",
  "vLLM CUDA graphs": "vllm",
} as const;
export type Framework = keyof typeof frameworks;

/** Batch sizes of the paper's sweeps, up to 512. */
export const batches = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] as const;

/** Wikitext-2, padded to the longest of its 1,024 prompts (Table 3), 64 tokens out. */
export const wikitext = { inputTokens: 547, outputTokens: 64 } as const;
export const paddedWikitext = "prompts padded to 547 tokens, the longest of Wikitext-2 (Table 3)";

export interface Batch {
  readonly llm: string;
  readonly gpu: string;
  readonly stack: string;
  readonly batch: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly tensorParallel?: number;
  readonly engine?: ScenarioInput["engine"];
}

/** One full batch of equal requests, all there at once: what the paper repeats until 1,024 are done. */
export function batchScenario(asked: Batch): ScenarioInput {
  const { llm, gpu, stack, batch, inputTokens, outputTokens, tensorParallel = 1 } = asked;
  const limit = stack.startsWith("hf-") ? { batch_size: batch } : { max_num_seqs: batch };
  return {
    llm,
    cluster: { gpu, tensor_parallel_size: tensorParallel },
    engine: { stack, ...limit, ...asked.engine },
    workload: {
      arrivals: { kind: "all_at_once" },
      lengths: {
        input: { kind: "fixed", tokens: inputTokens },
        output: { kind: "fixed", tokens: outputTokens },
      },
      num_requests: batch,
    },
  };
}
