import { resolve } from "node:path";
import { ownLabel } from "../formats/vllmJson.ts";
import type { JsonSource } from "./benchSource.ts";
import { knownFigures, type MeasuredBench, timeOf } from "./measuredBench.ts";

const latencies = [
  ["ttft", "ttft_ms"],
  ["tpot", "tpot_ms"],
  ["itl", "itl_ms"],
  ["e2el", "e2e_ms"],
] as const;

const statistics = [
  ["mean", "mean"],
  ["median", "p50"],
  ["p50", "p50"],
  ["std", "std"],
  ["p90", "p90"],
  ["p95", "p95"],
  ["p99", "p99"],
] as const;

/** The result of `vllm bench serve --save-result`, with or without --save-detailed. */
export function vllmBench(source: JsonSource): MeasuredBench {
  const { number, needed, at, file } = source;
  const completed = needed(["completed"]);
  const llm = at(["model_id"]);
  const date = at(["date"]);
  const meteredGpus = at(["energy_gpu_ids"]);
  const gpus = Array.isArray(meteredGpus) ? meteredGpus.length : undefined;
  const gpuW = number(["gpu_avg_power_w"]);
  return {
    file,
    tool: "vLLM",
    llm: typeof llm === "string" ? llm : undefined,
    durationS: needed(["duration"]),
    // The file is named and dated when it is written, right after the last answer.
    endS: typeof date === "string" ? timeOf(date) : undefined,
    requests: completed,
    failed: number(["failed"]) ?? 0,
    inputTokens: number(["total_input_tokens"]),
    outputTokens: number(["total_output_tokens"]),
    figures: knownFigures([
      ["requests.completed", completed],
      ["duration_s", number(["duration"])],
      ["throughput.requests_per_s", number(["request_throughput"])],
      ["throughput.output_tokens_per_s", number(["output_throughput"])],
      ["throughput.total_tokens_per_s", number(["total_token_throughput"])],
      ...latencyFigures(source),
      ["power.gpu_mean_w", gpuW],
      ["energy.gpu_j", number(["gpu_energy_j"])],
      ["energy.per_output_token_j", number(["gpu_energy_per_output_token_j"])],
    ]),
    inputStd: spread(at(["input_lens"])),
    outputStd: spread(at(["output_lens"])),
    workload: workloadOf(source),
    meteredGpus: gpus,
  };
}

function latencyFigures({ number }: JsonSource): (readonly [string, number | undefined])[] {
  return latencies.flatMap(([theirs, ours]) =>
    statistics.map(
      ([name, statistic]) =>
        [`latency.${ours}.${statistic}`, number([`${name}_${theirs}_ms`])] as const,
    ),
  );
}

/** Lengths as recorded, at the times recorded; with users, whenever one of them is free. */
function workloadOf({ at, file, number }: JsonSource): object | undefined {
  if (!Array.isArray(at(["input_lens"])) || !Array.isArray(at(["output_lens"]))) return undefined;
  const trace = { path: resolve(file), format: "vllm" };
  const isOurs = at(["label"]) === ownLabel;
  const concurrency = number(["max_concurrency"]);
  const rate = at(["request_rate"]);
  const hasTimes = Array.isArray(at(["start_times"]));
  if (concurrency !== undefined && (rate === "inf" || !hasTimes)) {
    return { trace, arrivals: { kind: "closed_loop", concurrency } };
  }
  // A real clock began somewhere; ours with the run, whose digest another origin would not give.
  if (hasTimes) return { trace: isOurs ? { ...trace, origin_s: 0 } : trace };
  if (typeof rate !== "number") return { trace, arrivals: { kind: "all_at_once" } };
  const burstiness = number(["burstiness"]) ?? 1;
  return { trace, arrivals: { kind: "gamma", rate_rps: rate, burstiness } };
}

function spread(lengths: unknown): number | undefined {
  if (!Array.isArray(lengths)) return undefined;
  // Failed requests have no output; what is no number the trace reader refuses by name.
  const known = lengths.filter(
    (length): length is number => typeof length === "number" && length > 0,
  );
  const mean = known.reduce((sum, length) => sum + length, 0) / known.length;
  const squares = known.reduce((sum, length) => sum + (length - mean) ** 2, 0);
  return known.length === 0 ? undefined : Math.sqrt(squares / known.length);
}
