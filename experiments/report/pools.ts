import type { RunTotals } from "../../sim/totals.ts";
import { groupOf } from "./groups.ts";
import { ratio } from "./ratios.ts";

/** One kind of replica of those that stand side by side. */
export interface PoolDeployment {
  readonly role: "prefill" | "decode" | null;
  readonly llm: string;
  readonly gpu: string;
  readonly tensorParallel: number;
  readonly kvBlocksPerReplica: number;
}

/** Of each pool what its GPUs drew and emitted, and the requests that ended there. */
export function poolsOf(pools: readonly PoolDeployment[] | undefined, totals: RunTotals) {
  const { durationS } = totals;
  return totals.pools.map((pool, place) => {
    const { name, replicas, gpus, energy, outputTokens, computedPromptTokens } = pool;
    const deployed = pools?.[place];
    const { requests, ttft_ms, tpot_ms, e2e_ms } = groupOf(pool.requests);
    return {
      name,
      role: deployed?.role ?? null,
      llm: deployed?.llm ?? null,
      gpu: deployed?.gpu ?? null,
      tensor_parallel_size: deployed?.tensorParallel ?? null,
      replicas,
      gpus,
      kv_blocks_per_replica: deployed?.kvBlocksPerReplica ?? null,
      requests,
      prompt_tokens_computed: computedPromptTokens,
      output_tokens: outputTokens,
      gpu_j: energy.gpuJ,
      by_phase_j: {
        prefill: energy.prefillJ,
        decode: energy.decodeJ,
        idle: energy.idleJ,
        wasted: energy.wastedJ,
      },
      per_output_token_j: ratio(energy.gpuJ, outputTokens),
      per_gpu_mean_w: ratio(ratio(energy.gpuJ, durationS), gpus),
      busy_ratio: ratio(pool.busyGpuS, gpus * durationS),
      ttft_ms,
      tpot_ms,
      e2e_ms,
    };
  });
}
