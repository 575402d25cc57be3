import type { ParquetCell, ParquetColumn } from "../parquet/parquetWriter.ts";
import { memberOf } from "../scenario/schemaTree.ts";
import type { Sweep } from "./points.ts";

/** A column of the table of a sweep. */
export type Column = ParquetColumn;

const statistics = ["mean", "std", "p50", "p90", "p95", "p99"];
const ends = ["low", "high"];

/** The scalars of a result by their path; `low` and `high` are the ends of an interval. */
export const resultColumns: readonly Column[] = [
  ...texts("", ["digest", "seed"]),
  ...counts("requests", ["injected", "completed", "rejected"]),
  ...counts("requests", ["unfinished", "timed_out", "cancelled"]),
  ...counts("tokens", ["input", "output"]),
  ...numbers("", ["duration_s"]),
  ...numbers("throughput", ["requests_per_s", "output_tokens_per_s", "total_tokens_per_s"]),
  ...numbers("throughput", ["goodput_per_s"]),
  ...["ttft_ms", "tpot_ms", "itl_ms", "e2e_ms", "queue_ms"].flatMap((name) =>
    numbers(`latency.${name}`, statistics),
  ),
  ...["ttft_ms", "tpot_ms"].flatMap((name) => numbers(`latency.interval_80.${name}`, ends)),
  ...numbers("steady", ["from_s", "to_s", "per_gpu_mean_w", "per_output_token_j"]),
  ...numbers("steady", ["output_tokens_per_s", "itl_ms", "tpot_ms", "mean_batch"]),
  ...numbers("energy", ["total_j", "gpu_j", "host_j", "facility_j"]),
  ...numbers("energy.by_phase_j", ["prefill", "decode", "idle", "wasted"]),
  ...numbers("energy.idle_by_state_j", ["context_held", "no_context"]),
  ...numbers("energy", ["per_prefill_token_j", "per_decode_token_j", "per_output_token_j"]),
  ...numbers("energy", ["per_token_j", "per_request_j", "per_request_wh"]),
  ...numbers("energy.per_request_distribution_j", ["mean", "p50", "p90", "p99"]),
  ...["gpu_j", "per_output_token_j"].flatMap((name) => numbers(`energy.interval_80.${name}`, ends)),
  ...numbers("power", ["gpu_mean_w", "gpu_peak_w", "per_gpu_mean_w", "per_gpu_peak_w"]),
  ...numbers("power", ["site_mean_w", "site_peak_w"]),
  ...["gpu_mean_w", "per_gpu_mean_w"].flatMap((name) => numbers(`power.interval_80.${name}`, ends)),
  ...numbers("carbon", ["operational_g", "per_request_g"]),
  ...numbers("cost", ["energy", "gpu", "total", "per_million_output_tokens"]),
  ...texts("cost", ["currency"]),
  ...numbers("utilization", ["busy_ratio", "mfu", "mbu"]),
  ...numbers("utilization", ["kv_cache_mean", "kv_cache_peak", "mean_batch"]),
  ...counts("kv_cache", ["blocks_per_replica", "tokens_per_replica", "block_size"]),
  ...counts("", ["preemptions"]),
  ...numbers("prefix_cache", ["hit_ratio", "loaded_ratio"]),
  ...numbers("speculative", ["mean_tokens_per_step"]),
  ...counts("failures", ["failures", "restarted_requests", "moved_requests"]),
  ...numbers("failures", ["wasted_j", "down_s", "availability"]),
  ...texts("calibration", ["latency", "power", "latency_support", "power_support"]),
  ...texts("", ["warnings"]),
];

/** What every row says of itself, between the grid and the result. */
const stateColumns = texts("", ["status", "error", "spec"]);

/** The grid's paths, the number of the replication where there are several, then the result. */
export function columnsOf({ axes, replications }: Sweep): Column[] {
  const varied = axes.flatMap(({ paths, steps }) =>
    paths.map((name, place) => ({ name, type: typeOf(steps.map((step) => step[place])) })),
  );
  const counted = replications === 1 ? [] : counts("", ["replication"]);
  const given = [...varied, ...counted, ...stateColumns];
  const taken = new Set(given.map(({ name }) => name));
  return [...given, ...resultColumns.filter(({ name }) => !taken.has(name))];
}

/** The figure at a column's path; null where the result has none. */
export function resultCell(result: unknown, name: string): ParquetCell {
  const value = name.split(".").reduce(memberOrEnd, result);
  if (Array.isArray(value)) return value.join("; ");
  return typeof value === "number" || typeof value === "string" ? value : null;
}

function memberOrEnd(value: unknown, key: string): unknown {
  return Array.isArray(value) ? value[ends.indexOf(key)] : memberOf(value, key);
}

function typeOf(values: readonly unknown[]): Column["type"] {
  const given = values.filter((value) => value !== null);
  const isAll = (is: (value: unknown) => boolean) => given.length > 0 && given.every(is);
  if (isAll(Number.isSafeInteger)) return "INT64";
  if (isAll((value) => typeof value === "number")) return "DOUBLE";
  return isAll((value) => typeof value === "boolean") ? "BOOLEAN" : "STRING";
}

function columns(type: Column["type"], block: string, names: readonly string[]): Column[] {
  return names.map((name) => ({ name: block === "" ? name : `${block}.${name}`, type }));
}

function numbers(block: string, names: readonly string[]): Column[] {
  return columns("DOUBLE", block, names);
}

function counts(block: string, names: readonly string[]): Column[] {
  return columns("INT64", block, names);
}

function texts(block: string, names: readonly string[]): Column[] {
  return columns("STRING", block, names);
}
