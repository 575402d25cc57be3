import type { Result } from "../report/result.ts";

/** One simulated run, and what its figures need beside the result. */
export interface SimulatedRun {
  readonly result: Result;
  /** Milliseconds of each request outside the engine; no part of what an engine alone measured. */
  readonly frontEndMs: number;
}

/** What calibration a figure rests on: of J a token, time as well as power. */
export type Rests = "latency" | "power" | "latency and power" | "memory";

interface Metric {
  readonly unit: string;
  /** What a gate bounds: metrics of one quantity share it. */
  readonly quantity: string;
  readonly rests: Rests;
  /** null where the run has no such figure. */
  readonly of: (run: SimulatedRun) => number | null;
}

const joulesPerKwh = 3.6e6;
/** The paper prints energy for so many examples. */
const examples = 1024;

/** A figure of a result as a published table prints it. */
export const metrics = {
  ttft_ms: {
    unit: "ms",
    quantity: "TTFT",
    rests: "latency",
    of: ({ result }) => result.latency.ttft_ms.mean,
  },
  tpot_ms: {
    unit: "ms",
    quantity: "TPOT",
    rests: "latency",
    of: ({ result }) => result.latency.tpot_ms.mean,
  },
  steady_tpot_ms: {
    unit: "ms",
    quantity: "TPOT",
    rests: "latency",
    of: ({ result }) => result.steady?.tpot_ms ?? null,
  },
  e2e_ms: {
    unit: "ms",
    quantity: "E2E",
    rests: "latency",
    of: ({ result }) => result.latency.e2e_ms.mean,
  },
  output_tokens_per_s: {
    unit: "token/s",
    quantity: "throughput",
    rests: "latency",
    of: ({ result }) => result.throughput.output_tokens_per_s,
  },
  per_output_token_j: {
    unit: "J/token",
    quantity: "J per output token",
    rests: "latency and power",
    of: ({ result }) => result.energy.per_output_token_j,
  },
  prompt_ms: {
    unit: "ms",
    quantity: "prompt time",
    rests: "latency",
    of: ({ result, frontEndMs }) => difference(result.latency.ttft_ms.mean, frontEndMs),
  },
  batch_latency_s: {
    unit: "s",
    quantity: "batch latency",
    rests: "latency",
    of: ({ result, frontEndMs }) => difference(result.duration_s, frontEndMs / 1000),
  },
  per_gpu_w: {
    unit: "W",
    quantity: "watts",
    rests: "power",
    of: ({ result }) => result.power.per_gpu_mean_w,
  },
  partial_load_w: {
    unit: "W",
    quantity: "watts at partial load",
    rests: "power",
    of: ({ result }) => result.power.per_gpu_mean_w,
  },
  mean_active_requests: {
    unit: "requests",
    quantity: "requests in flight",
    rests: "latency",
    of: ({ result }) =>
      product(result.throughput.requests_per_s, product(result.latency.e2e_ms.mean, 1e-3)),
  },
  steady_per_gpu_w: {
    unit: "W",
    quantity: "watts",
    rests: "power",
    of: ({ result }) => result.steady?.per_gpu_mean_w ?? null,
  },
  steady_output_tokens_per_s: {
    unit: "token/s",
    quantity: "throughput",
    rests: "latency",
    of: ({ result }) => result.steady?.output_tokens_per_s ?? null,
  },
  steady_per_output_token_j: {
    unit: "J/token",
    quantity: "J per output token",
    rests: "latency and power",
    of: ({ result }) => result.steady?.per_output_token_j ?? null,
  },
  kv_tokens: {
    unit: "token",
    quantity: "KV capacity",
    rests: "memory",
    of: ({ result }) => result.kv_cache.tokens_per_replica,
  },
  // Where joules are published and times are not, one scale of the power curve holds the errors of both.
  gpu_energy: {
    unit: "kWh/1024 examples",
    quantity: "J per example",
    rests: "power",
    of: ({ result }) => kwhOf(result, result.energy.gpu_j),
  },
  prefill_energy: {
    unit: "kWh/1024 examples",
    quantity: "prefill J per example",
    rests: "power",
    of: ({ result }) => kwhOf(result, result.energy.by_phase_j.prefill),
  },
  decode_energy: {
    unit: "kWh/1024 examples",
    quantity: "decode J per example",
    rests: "power",
    of: ({ result }) => kwhOf(result, result.energy.by_phase_j.decode),
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof metrics;

export function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(metrics, name);
}

function kwhOf({ requests }: Result, joules: number): number | null {
  return requests.completed === 0
    ? null
    : ((joules / requests.completed) * examples) / joulesPerKwh;
}

function difference(whole: number | null, part: number): number | null {
  return whole === null ? null : whole - part;
}

function product(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a * b;
}
