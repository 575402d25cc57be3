import { known, seconds } from "./keys.ts";
import type { ScenarioFile } from "./schema.ts";

type EngineFile = ScenarioFile["engine"];

const bytesPerGib = 2 ** 30;
const defaultSwapGib = 4;

/** What the engine block says, in the program's words and SI units. */
export function engineSpec(engine: EngineFile) {
  return {
    stack: engine.stack,
    scheduler: known(engine.scheduler),
    precision: {
      dtype: engine.dtype,
      quantization: known(engine.quantization),
      kvCacheDtype: engine.kv_cache_dtype,
    },
    maxSeqs: known(engine.max_num_seqs),
    maxBatchedTokens: known(engine.max_num_batched_tokens),
    maxModelLen: known(engine.max_model_len),
    memoryUtilizationRatio: engine.gpu_memory_utilization,
    blockSize: engine.block_size,
    batchSize: engine.batch_size,
    batchWaitS: seconds(engine.batch_wait_ms),
    padToTokens: engine.pad_to === "longest" ? undefined : engine.pad_to,
    schedulingPolicy: engine.scheduling_policy,
    maxWaiting: known(engine.max_waiting),
    watermarkRatio: known(engine.watermark),
    prefixCaching: engine.enable_prefix_caching,
    /** Undefined where what the GPU has no room for is lost. */
    offload:
      engine.kv_offload === null
        ? undefined
        : {
            bytesPerGpu: engine.kv_offload.space_gib * bytesPerGib,
            bytesPerS: scaled(engine.kv_offload.bandwidth_gb_per_s, 1e9),
          },
    preemption: engine.preemption,
    swapSpaceGib: known(engine.swap_space),
    /** Undefined where nothing is swapped. */
    swapBytesPerGpu:
      engine.preemption === "swap"
        ? (engine.swap_space ?? defaultSwapGib) * bytesPerGib
        : undefined,
    speculative: engine.speculative === null ? undefined : speculativeSpec(engine.speculative),
    sampling: {
      strategy: engine.sampling.strategy,
      outputs: engine.sampling.n,
      beams: known(engine.sampling.beam_width),
    },
  };
}

function scaled(value: number | null, factor: number): number | undefined {
  return value === null ? undefined : value * factor;
}

export type SpeculativeSpec = ReturnType<typeof speculativeSpec>;

function speculativeSpec(file: NonNullable<EngineFile["speculative"]>) {
  return {
    method: file.method,
    /** Undefined with eagle. */
    draft: known(file.draft),
    guessedTokens: file.num_speculative_tokens,
    /** Undefined: the catalogue's, by `workload`. */
    acceptanceRatio: known(file.acceptance_rate),
    workload: known(file.workload),
    acceptance: file.acceptance,
  };
}
