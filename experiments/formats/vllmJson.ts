import type { RequestRecord } from "../../sim/request.ts";
import type { Seconds } from "../../sim/units.ts";
import type { Result } from "../report/result.ts";
import type { FinishedRun, Format } from "./format.ts";

/**
 * The result file of `vllm bench serve --save-result` without `--save-detailed`: its keys, in its order, by
 * its definitions, and the keys of its energy meter. What a simulated run does not know is null:
 * the texts, and how many tokens came out in the best second.
 */
export const vllmJson: Format = (file) => {
  const spans = new Spans();
  return {
    add: (request) => spans.add(request),
    finish: (run) => file.write(`${JSON.stringify(benchmarkOf(run, spans), null, 2)}\n`),
  };
};

function benchmarkOf({ result, totals }: FinishedRun, spans: Spans) {
  const { scenario, requests, tokens, throughput } = result;
  const { llm } = scenario;
  return {
    date: dateOf(new Date()),
    endpoint_type: "openai",
    backend: "vllm",
    label: "tokenwatt",
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
    latencies: spans.latenciesS(),
    max_output_tokens_per_s: null,
    max_concurrent_requests: spans.mostAtOnce(),
    rtfx: 0,
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

/** When requests were in flight: 24 bytes each. */
class Spans {
  readonly #rows: number[] = [];

  add({ id, arrivalS, e2eS }: RequestRecord): void {
    if (e2eS !== undefined) this.#rows.push(id, arrivalS, e2eS);
  }

  /** Of completed requests, in the order in which they came. */
  latenciesS(): Seconds[] {
    const count = this.#rows.length / 3;
    const order = Uint32Array.from({ length: count }, (_, row) => row);
    order.sort((a, b) => this.#at(a, 0) - this.#at(b, 0));
    return Array.from(order, (row) => this.#at(row, 2));
  }

  /** Whoever ends when another begins is not there with it. */
  mostAtOnce(): number {
    const count = this.#rows.length / 3;
    const startsS = new Float64Array(count);
    const endsS = new Float64Array(count);
    for (let row = 0; row < count; row++) {
      startsS[row] = this.#at(row, 1);
      endsS[row] = this.#at(row, 1) + this.#at(row, 2);
    }
    startsS.sort();
    endsS.sort();
    let most = 0;
    let ended = 0;
    for (let started = 0; started < count; started++) {
      while ((endsS[ended] ?? Number.POSITIVE_INFINITY) <= (startsS[started] ?? 0)) ended++;
      most = Math.max(most, started + 1 - ended);
    }
    return most;
  }

  #at(row: number, column: number): number {
    return this.#rows[3 * row + column] ?? 0;
  }
}

/** As the benchmark names its files: 20261126-231200. */
function dateOf(now: Date): string {
  const [day = "", time = ""] = now.toISOString().split("T");
  return `${day.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}`;
}
