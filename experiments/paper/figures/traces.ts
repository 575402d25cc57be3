/** The three traces whose whole energy the paper estimates. */
export interface PaperTrace {
  readonly dataset: string;
  /** Of figure 1 and Table 4. */
  readonly word: string;
}

export const paperTraces = [
  { dataset: "burstgpt-paper", word: "BurstGPT" },
  { dataset: "azure-code-paper", word: "Azure Code" },
  { dataset: "azure-conv-paper", word: "Azure Conversation" },
] as const satisfies readonly PaperTrace[];

export const tracedStacks = {
  "PyTorch eager": "hf-eager",
  "vLLM CUDA graphs": "vllm",
} as const;
export type TracedFramework = keyof typeof tracedStacks;
export const tracedFrameworks = ["PyTorch eager", "vLLM CUDA graphs"] as const;

export const estimateSetting =
  "2,000 requests of each trace's law, prompts over 8,192 tokens left out as in the paper; bins are " +
  "those of its figure 7; batches are the largest power of two that fits, 128 at most under PyTorch " +
  "and 256 under vLLM.";
