import type { Seconds, Watts } from "../../sim/units.ts";
import type { KeyPath } from "../scenario/yamlFile.ts";
import type { JsonSource } from "./benchSource.ts";
import { knownFigures, type MeasuredBench, timeOf } from "./measuredBench.ts";

/** What AIPerf calls the inter-token latency of a request is vLLM's TPOT. */
const latencies = [
  ["time_to_first_token", "ttft_ms"],
  ["inter_token_latency", "tpot_ms"],
  ["request_latency", "e2e_ms"],
] as const;

const statistics = [
  ["avg", "mean"],
  ["std", "std"],
  ["p50", "p50"],
  ["p90", "p90"],
  ["p95", "p95"],
  ["p99", "p99"],
] as const;

const millisecondsIn: Readonly<Record<string, number>> = {
  ...{ ns: 1e-6, us: 1e-3, ms: 1, s: 1e3, sec: 1e3 },
  ...{ nanoseconds: 1e-6, microseconds: 1e-3, milliseconds: 1, seconds: 1e3 },
};

/** AIPerf's profile_export_aiperf.json: a figure is {unit, avg, p50, …}. */
export function aiperfBench(source: JsonSource): MeasuredBench {
  const { number, at, file } = source;
  const mean = (name: string) => number([name, "avg"]);
  const requests = source.needed(["request_count", "avg"]);
  const throughput = source.needed(["request_throughput", "avg"]);
  const seconds = mean("benchmark_duration");
  const durationMs =
    seconds === undefined ? undefined : seconds * factor(source, "benchmark_duration");
  const total = (name: string, each: string) => {
    const length = mean(each);
    return mean(name) ?? (length === undefined ? undefined : length * requests);
  };
  const end = at(["end_time"]);
  const durationS = durationMs === undefined ? requests / throughput : durationMs / 1000;
  const llm = at(["input_config", "endpoint", "model_names", 0]);
  const gpusW = telemetryW(source);
  const gpuW = gpusW.length === 0 ? undefined : gpusW.reduce((sum, watts) => sum + watts, 0);
  const outputTokens = total("total_osl", "output_sequence_length");
  return {
    file,
    tool: "AIPerf",
    llm: typeof llm === "string" ? llm : undefined,
    durationS,
    endS: typeof end === "string" ? timeOf(end) : undefined,
    requests,
    failed: mean("error_request_count") ?? failures(source),
    inputTokens: total("total_isl", "input_sequence_length"),
    outputTokens,
    figures: knownFigures([
      ["requests.completed", requests],
      ["duration_s", durationS],
      ["throughput.requests_per_s", throughput],
      ["throughput.output_tokens_per_s", mean("output_token_throughput")],
      ["throughput.total_tokens_per_s", mean("total_token_throughput")],
      ...latencies.flatMap(([theirs, ours]) => latencyFigures(source, theirs, ours)),
      ...(gpuW === undefined ? [] : energyFigures(gpuW, durationS, outputTokens)),
    ]),
    inputStd: number(["input_sequence_length", "std"]),
    outputStd: number(["output_sequence_length", "std"]),
    workload: undefined,
    meteredGpus: gpusW.length === 0 ? undefined : gpusW.length,
  };
}

/** Of requests that failed, by their errors. */
function failures(source: JsonSource): number {
  const errors = source.at(["error_summary"]);
  if (!Array.isArray(errors)) return 0;
  return errors.reduce<number>(
    (sum, _, index) => sum + (source.number(["error_summary", index, "count"]) ?? 0),
    0,
  );
}

/** What `--gpu-telemetry` saw each GPU draw in the mean. */
function telemetryW(source: JsonSource): Watts[] {
  const keysAt = (path: KeyPath) => Object.keys(Object(source.at(path)));
  const endpoints = ["telemetry_data", "endpoints"];
  return keysAt(endpoints).flatMap((endpoint) => {
    const gpus = [...endpoints, endpoint, "gpus"];
    return keysAt(gpus).flatMap((gpu) => {
      const watts = source.number([...gpus, gpu, "metrics", "gpu_power_usage", "avg"]);
      return watts === undefined ? [] : [watts];
    });
  });
}

function energyFigures(gpuW: Watts, durationS: Seconds, outputTokens: number | undefined) {
  const gpuJ = gpuW * durationS;
  const perToken =
    outputTokens === undefined || outputTokens === 0 ? undefined : gpuJ / outputTokens;
  return [
    ["power.gpu_mean_w", gpuW],
    ["energy.gpu_j", gpuJ],
    ["energy.per_output_token_j", perToken],
  ] as const;
}

function latencyFigures(source: JsonSource, theirs: string, ours: string) {
  if (source.at([theirs]) === undefined) return [];
  const toMs = factor(source, theirs);
  return statistics.map(([name, statistic]) => {
    const value = source.number([theirs, name]);
    return [
      `latency.${ours}.${statistic}`,
      value === undefined ? undefined : value * toMs,
    ] as const;
  });
}

function factor(source: JsonSource, name: string): number {
  const unit = source.at([name, "unit"]);
  const known = typeof unit === "string" ? millisecondsIn[unit.toLowerCase()] : undefined;
  if (known !== undefined) return known;
  throw source.error([name, "unit"], `expected ms, sec or ns, got ${JSON.stringify(unit)}`);
}
