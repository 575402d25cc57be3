import { csvCell } from "../csvCell.ts";
import { UserError } from "../errors.ts";
import type { Result } from "../report/result.ts";
import type { Score } from "./score.ts";
import { gpusOf } from "./unlike.ts";

/**
 * What was measured, as `tokenwatt calibrate` reads it: a header and one row.
 * @throws UserError where no such row says what the scenario does.
 */
export function measurementsCsv(score: Score): string {
  const { bench, result } = score;
  const { scenario } = result;
  const { cluster, engine } = scenario;
  refuseOthers(result);
  const measured = new Map(score.figures.map(({ metric, measured: value }) => [metric, value]));
  const gpuW = measured.get("power.gpu_mean_w");
  const perRequest = (tokens: number | undefined, fallback: number) =>
    (tokens ?? fallback) / bench.requests;
  const cells: Record<string, string | number | null | undefined> = {
    model: scenario.llm,
    gpu: null,
    stack: engine.stack,
    tp: cluster.tensor_parallel_size,
    quantization: engine.quantization,
    kv_cache_dtype: engine.kv_cache_dtype === "fp8" ? "fp8" : null,
    max_num_seqs: engine.max_num_seqs,
    max_num_batched_tokens: engine.max_num_batched_tokens,
    power_cap_w: cluster.power_cap_w,
    ...loadOf(score),
    input_tokens: perRequest(bench.inputTokens, result.tokens.input),
    output_tokens: perRequest(bench.outputTokens, result.tokens.output),
    input_std: bench.inputStd,
    output_std: bench.outputStd,
    num_requests: bench.requests,
    window: "whole",
    ttft_ms: measured.get("latency.ttft_ms.mean"),
    tpot_ms: measured.get("latency.tpot_ms.mean"),
    e2e_ms: measured.get("latency.e2e_ms.mean"),
    output_tokens_per_s: measured.get("throughput.output_tokens_per_s"),
    power_w: gpuW === undefined ? undefined : gpuW / gpusOf(result),
    energy_per_output_token_j: measured.get("energy.per_output_token_j"),
  };
  const values = Object.values(cells).map((cell) =>
    cell === null || cell === undefined ? "" : csvCell(String(cell)),
  );
  return `${Object.keys(cells).join(",")}\n${values.join(",")}\n`;
}

/** All at once is as many users as requests. */
function loadOf({ bench, result }: Score): { concurrency?: number; rate_rps?: number } {
  const { arrivals } = result.scenario.workload;
  if (arrivals?.kind === "closed_loop") return { concurrency: arrivals.concurrency };
  if (arrivals?.kind === "all_at_once") return { concurrency: bench.requests };
  return { rate_rps: bench.requests / bench.durationS };
}

function refuseOthers({ scenario }: Result): void {
  const { replicas, pipeline_parallel_size: pp, data_parallel_size: dp } = scenario.cluster;
  const several = { replicas, pipeline_parallel_size: pp, data_parallel_size: dp };
  for (const [key, count] of Object.entries(several)) {
    if (count === 1) continue;
    const message = `is ${count}; a row of measurements is of one tensor-parallel group: --fit needs 1`;
    throw new UserError({ key: `cluster.${key}`, message });
  }
}
