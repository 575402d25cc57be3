import type { Tokens } from "../sim/units.ts";
import type { GpuSpec } from "./gpu.ts";

/** Limits of a batch. */
export interface BatchLimits {
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: Tokens;
}

/**
 * vLLM's defaults for its API server (vllm/engine/arg_utils.py, V1): GPUs of 70 GiB and more get
 * the larger limits, A100 excepted.
 */
export function engineDefaults(gpu: Pick<GpuSpec, "id" | "memoryBytes">): BatchLimits {
  const large = gpu.memoryBytes >= 70 * 2 ** 30 && !gpu.id.toLowerCase().includes("a100");
  return large
    ? { maxNumSeqs: 1024, maxNumBatchedTokens: 8192 }
    : { maxNumSeqs: 256, maxNumBatchedTokens: 2048 };
}
