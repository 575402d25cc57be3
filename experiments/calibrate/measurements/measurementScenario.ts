import type { MeasuredScenario, Measurement } from "../../measured/measuredRun.ts";
import type { MetricName } from "../../measured/metrics.ts";
import { nearlyFixed, saturatedRequests, tokensApart } from "../../measured/workloads.ts";
import { type Column, type Figure, isFigure, type MeasurementRow } from "./measurementSchema.ts";
import { runsStaticBatches, windowOf } from "./rowRules.ts";

/** `llm` and `gpu` as a scenario takes them: names of the catalogue, or whole paths. */
export interface Deployed {
  readonly llm: string;
  readonly gpu: string;
}

/** The run of a row, as its user would write it. */
export function scenarioOf(row: MeasurementRow, { llm, gpu }: Deployed): MeasuredScenario {
  const { quantization, kv_cache_dtype, max_num_batched_tokens, batch } = row;
  const max_num_seqs = row.max_num_seqs ?? batch;
  const limits = runsStaticBatches(row)
    ? { batch_size: batch }
    : { max_num_seqs, max_num_batched_tokens };
  return {
    llm,
    cluster: {
      gpu,
      tensor_parallel_size: row.tp,
      ...(row.power_cap_w === undefined ? {} : { power_cap_w: row.power_cap_w }),
    },
    engine: { stack: row.stack, quantization, kv_cache_dtype, ...limits },
    workload: { ...loadOf(row), lengths: lengthsOf(row) },
  };
}

/** Which column of a row a key of its scenario comes from. */
export function columnOf(key: string | undefined): Column | undefined {
  return key === undefined ? undefined : columnsByKey[key];
}

const columnsByKey: Readonly<Record<string, Column>> = {
  llm: "model",
  "cluster.gpu": "gpu",
  "cluster.tensor_parallel_size": "tp",
  "cluster.power_cap_w": "power_cap_w",
  "engine.stack": "stack",
  "engine.quantization": "quantization",
  "engine.kv_cache_dtype": "kv_cache_dtype",
  "engine.max_num_seqs": "max_num_seqs",
  "engine.max_num_batched_tokens": "max_num_batched_tokens",
  "engine.batch_size": "batch",
  "workload.arrivals.concurrency": "concurrency",
  "workload.arrivals.rate_rps": "rate_rps",
  "workload.num_requests": "num_requests",
};

/** What the row's file does not say and its scenario has to. */
export function assumedOf(row: MeasurementRow): string[] {
  return hasNearlyFixedAnswers(row)
    ? [`answers end up to ${tokensApart} tokens apart: equal ones would come in waves`]
    : [];
}

function loadOf({ concurrency, batch, rate_rps, num_requests }: MeasurementRow) {
  if (batch !== undefined) {
    return { arrivals: { kind: "all_at_once" }, num_requests: batch } as const;
  }
  const requests = num_requests ?? (concurrency && saturatedRequests(concurrency));
  const arrivals =
    concurrency === undefined
      ? ({ kind: "poisson", rate_rps: rate_rps ?? 0 } as const)
      : ({ kind: "closed_loop", concurrency } as const);
  return { arrivals, num_requests: requests };
}

function lengthsOf(row: MeasurementRow) {
  return {
    input: lengthLaw(row.input_tokens, row.input_std),
    output: hasNearlyFixedAnswers(row)
      ? nearlyFixed(Math.round(row.output_tokens))
      : lengthLaw(row.output_tokens, row.output_std),
  };
}

function hasNearlyFixedAnswers({ concurrency = 1, output_std }: MeasurementRow): boolean {
  return concurrency > 1 && output_std === undefined;
}

function lengthLaw(mean: number, std = 0) {
  return std === 0
    ? ({ kind: "fixed", tokens: Math.round(mean) } as const)
    : ({ kind: "lognormal", mean, std } as const);
}

/** The metrics of a row's figures, which depend on what part of the run they are of. */
export function measurementsOf(row: MeasurementRow): Measurement[] {
  const kind = row.batch === undefined ? windowOf(row) : "batch";
  return Object.entries(row).flatMap(([column, value]): Measurement[] => {
    if (!isFigure(column) || typeof value !== "number") return [];
    const metric = metricNames[kind][column];
    if (metric === undefined) throw new Error(`invariant broken: ${column} of a ${kind} row`);
    return [{ metric, value }];
  });
}

type MetricNames = { readonly [Name in Figure]?: MetricName };

/** Of a batch the engine alone counts, as no server stands in front. */
const metricNames: Readonly<Record<"whole" | "steady" | "batch", MetricNames>> = {
  whole: {
    ttft_ms: "ttft_ms",
    tpot_ms: "tpot_ms",
    e2e_ms: "e2e_ms",
    output_tokens_per_s: "output_tokens_per_s",
    power_w: "per_gpu_w",
    energy_per_output_token_j: "per_output_token_j",
  },
  steady: {
    tpot_ms: "steady_tpot_ms",
    output_tokens_per_s: "steady_output_tokens_per_s",
    power_w: "steady_per_gpu_w",
    energy_per_output_token_j: "steady_per_output_token_j",
  },
  batch: {
    ttft_ms: "prompt_ms",
    tpot_ms: "tpot_ms",
    batch_latency_s: "batch_latency_s",
    output_tokens_per_s: "output_tokens_per_s",
    power_w: "per_gpu_w",
    energy_per_output_token_j: "per_output_token_j",
  },
};
