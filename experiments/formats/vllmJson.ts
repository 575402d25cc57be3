import type { RequestRecord } from "../../sim/request.ts";
import type { Result } from "../report/result.ts";
import type { FinishedRun, Format } from "./format.ts";
import { RequestTimes } from "./requestTimes.ts";
import { mostTokensInASecond, requestLists } from "./vllmRequests.ts";

/** The label of our results: their times count from the beginning of the run. */
export const ownLabel = "tokenwatt";

/**
 * The result file of `vllm bench serve --save-result`, with each request as `--save-detailed` has it where
 * `isDetailed`: its keys, in its order, by its definitions, and the keys of its energy meter. What a simulated
 * run does not know is null: without the gaps of each request, how many tokens came out in the best second.
 */
export function vllmJson(isDetailed: boolean): Format {
  return (file) => {
    const times = new RequestTimes();
    const requests: RequestRecord[] | undefined = isDetailed ? [] : undefined;
    return {
      add(request) {
        times.add(request);
        requests?.push(request);
      },
      finish(run) {
        file.write(`${JSON.stringify(headOf(run), null, 2).replace(/\n\}$/, ",\n")}`);
        for (const text of requestLists(times, requests)) file.write(text);
        const tail = { ...peaksOf(times, requests), ...figuresOf(run) };
        file.write(`${JSON.stringify(tail, null, 2).replace(/^\{\n/, "")}\n`);
      },
    };
  };
}

function headOf({ result }: FinishedRun) {
  const { scenario, requests, tokens, throughput } = result;
  const { llm } = scenario;
  return {
    date: dateOf(new Date()),
    endpoint_type: "openai",
    backend: "vllm",
    label: ownLabel,
    model_id: llm,
    tokenizer_id: llm,
    num_prompts: requests.injected,
    ...load(scenario),
    duration: result.duration_s,
    completed: requests.completed,
    failed: requests.injected - requests.completed,
    total_input_tokens: tokens.input,
    total_output_tokens: tokens.output,
    request_throughput: throughput.requests_per_s,
    request_goodput: throughput.goodput_per_s,
    output_throughput: throughput.output_tokens_per_s,
    total_token_throughput: throughput.total_tokens_per_s,
  };
}

function peaksOf(times: RequestTimes, requests: readonly RequestRecord[] | undefined) {
  return {
    max_output_tokens_per_s: requests === undefined ? null : mostTokensInASecond(requests),
    max_concurrent_requests: times.mostAtOnce(),
    rtfx: 0,
  };
}

function figuresOf({ result, totals }: FinishedRun) {
  return {
    ...metric("ttft", result.latency.ttft_ms),
    ...metric("tpot", result.latency.tpot_ms),
    ...metric("itl", result.latency.itl_ms),
    ...metric("e2el", result.latency.e2e_ms),
    ...energyOf(result, totals.gpus + totals.standbyGpus),
  };
}

function energyOf({ energy, power, duration_s }: Result, gpus: number) {
  return {
    energy_gpu_ids: Array.from({ length: gpus }, (_, id) => id),
    gpu_energy_j: energy.gpu_j,
    gpu_energy_duration_s: duration_s,
    gpu_avg_power_w: power.gpu_mean_w,
    gpu_energy_per_output_token_j: energy.per_output_token_j,
  };
}

/** How requests were sent, as the benchmark's flags would have said it; null where they could not. */
function load({ workload }: Result["scenario"]) {
  const { arrivals, max_concurrency } = workload;
  const sent = (request_rate: number | "inf" | null, burstiness: number | null = 1) => ({
    request_rate,
    burstiness,
    max_concurrency: max_concurrency ?? null,
  });
  switch (arrivals?.kind) {
    case "poisson":
    case "constant":
      // Evenly spaced requests are those of an infinite burstiness, which JSON does not know.
      return sent(arrivals.rate_rps, arrivals.kind === "poisson" ? 1 : null);
    case "gamma":
      return sent(arrivals.rate_rps, arrivals.burstiness);
    case "all_at_once":
      return sent("inf");
    case "closed_loop":
      return { ...sent("inf"), max_concurrency: arrivals.concurrency };
    default:
      return sent(null, null);
  }
}

/** Of a latency in milliseconds; an empty list reports 0, as there. */
function metric(
  name: string,
  { mean, std, p50, p90, p95, p99 }: Result["latency"]["ttft_ms"],
): Record<string, number> {
  return {
    [`mean_${name}_ms`]: mean ?? 0,
    [`median_${name}_ms`]: p50 ?? 0,
    [`std_${name}_ms`]: std ?? 0,
    [`p90_${name}_ms`]: p90 ?? 0,
    [`p95_${name}_ms`]: p95 ?? 0,
    [`p99_${name}_ms`]: p99 ?? 0,
  };
}

/** As the benchmark names its files: 20261126-231200. */
function dateOf(now: Date): string {
  const [day = "", time = ""] = now.toISOString().split("T");
  return `${day.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}`;
}
