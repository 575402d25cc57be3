import type { JsonSource } from "./benchSource.ts";
import { knownFigures, type MeasuredBench } from "./measuredBench.ts";

/** Its inter-token latency of a request is vLLM's TPOT; its TPOT counts the first token and is left out. */
const latencies = [
  ["time_to_first_token_ms", "ttft_ms", 1],
  ["inter_token_latency_ms", "tpot_ms", 1],
  ["request_latency", "e2e_ms", 1000],
] as const;

const statistics = [
  ["mean", "mean"],
  ["std_dev", "std"],
  ["median", "p50"],
] as const;
const percentiles = ["p90", "p95", "p99"] as const;

/** One of GuideLLM's benchmarks: of requests that succeeded. */
export function guidellmBench(source: JsonSource, chosen: number | undefined): MeasuredBench {
  const { at, number } = source;
  const index = indexOf(source, chosen);
  const benchmark = ["benchmarks", index] as const;
  const successful = (name: string, ...rest: readonly string[]) =>
    number([...benchmark, "metrics", name, "successful", ...rest]);
  const requests = source.needed([...benchmark, "metrics", "request_totals", "successful"]);
  // Before version 0.4 they stood under run_stats.
  const isOlder = at([...benchmark, "start_time"]) === undefined;
  const times = isOlder && at([...benchmark, "run_stats"]) !== undefined ? ["run_stats"] : [];
  const startS = source.needed([...benchmark, ...times, "start_time"]);
  const endS = source.needed([...benchmark, ...times, "end_time"]);
  const perRequest = (name: string) => {
    const mean = successful(name, "mean");
    return successful(name, "total_sum") ?? (mean === undefined ? undefined : mean * requests);
  };
  const llm =
    at([...benchmark, "config", "backend", "model"]) ??
    at([...benchmark, "worker", "backend_model"]);
  const latencyFigures = latencies.flatMap(([theirs, ours, toMs]) => [
    ...statistics.map(([name, statistic]) => {
      const value = successful(theirs, name);
      const ms = value === undefined ? undefined : value * toMs;
      return [`latency.${ours}.${statistic}`, ms] as const;
    }),
    ...percentiles.map((name) => {
      const value = successful(theirs, "percentiles", name);
      return [`latency.${ours}.${name}`, value === undefined ? undefined : value * toMs] as const;
    }),
  ]);
  return {
    file: source.file,
    tool: "GuideLLM",
    llm: typeof llm === "string" ? llm : undefined,
    durationS: endS - startS,
    endS,
    requests,
    failed: number([...benchmark, "metrics", "request_totals", "errored"]) ?? 0,
    inputTokens: perRequest("prompt_token_count"),
    outputTokens: perRequest("output_token_count"),
    figures: knownFigures([
      ["requests.completed", requests],
      ["duration_s", endS - startS],
      ["throughput.requests_per_s", successful("requests_per_second", "mean")],
      ["throughput.output_tokens_per_s", successful("output_tokens_per_second", "mean")],
      ["throughput.total_tokens_per_s", successful("tokens_per_second", "mean")],
      ...latencyFigures,
    ]),
    inputStd: successful("prompt_token_count", "std_dev"),
    outputStd: successful("output_token_count", "std_dev"),
    workload: undefined,
    meteredGpus: undefined,
  };
}

function indexOf(source: JsonSource, chosen: number | undefined): number {
  const all = source.at(["benchmarks"]);
  const count = Array.isArray(all) ? all.length : 0;
  if (count === 0) throw source.error(["benchmarks"], "expected a list of benchmarks");
  if (chosen === undefined && count > 1) {
    throw source.error(["benchmarks"], `holds ${count}; choose one: --benchmark 1 to ${count}`);
  }
  const index = (chosen ?? 1) - 1;
  if (index < count) return index;
  throw source.error(["benchmarks"], `holds ${count}; there is no --benchmark ${chosen}`);
}
