import type { RequestRecord } from "../../sim/request.ts";
import { Exposition, Histogram } from "./exposition.ts";
import type { FinishedRun, Format } from "./format.ts";

/** vLLM's buckets (vllm/v1/metrics/loggers.py), in seconds. */
const ttftBucketsS = [
  ...[0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  ...[20, 40, 80, 160, 640, 2560],
];
const tpotBucketsS = [
  ...[0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  ...[20, 40, 80],
];
const requestBucketsS = [
  ...[0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960],
  ...[1920, 7680],
];

/**
 * The run at its end, by the names under which vLLM's server and NVIDIA's DCGM exporter are scraped.
 * Gauges are means over the run. The engine tells of all GPUs together: theirs are given for the mean GPU.
 */
export const prometheus: Format = (file) => {
  const ttft = new Histogram(ttftBucketsS);
  const tpot = new Histogram(tpotBucketsS);
  const e2e = new Histogram(requestBucketsS);
  const queue = new Histogram(requestBucketsS);
  const prompt = new Histogram(decades(1e6));
  const generation = new Histogram(decades(1e6));
  let seqS = 0;
  return {
    addRun({ startS, endS, decodeSeqs, prefillSeqs }) {
      seqS += (decodeSeqs + prefillSeqs) * (endS - startS);
    },
    add(request: RequestRecord) {
      if (request.e2eS === undefined) return;
      e2e.observe(request.e2eS);
      if (request.ttftS !== undefined) ttft.observe(request.ttftS);
      if (request.tpotS !== undefined) tpot.observe(request.tpotS);
      if (request.queueS !== undefined) queue.observe(request.queueS);
      prompt.observe(request.promptTokens);
      generation.observe(request.outputTokens);
    },
    finish(run) {
      const text = new Exposition({ model_name: run.result.scenario.llm });
      engineOf(text, run, seqS);
      const histogram = (name: string, help: string, values: Histogram) =>
        text.histogram(`vllm:${name}`, help, values);
      histogram("time_to_first_token_seconds", "Time to first token.", ttft);
      histogram("request_time_per_output_token_seconds", "Mean gap of a request.", tpot);
      histogram("e2e_request_latency_seconds", "Arrival to last token.", e2e);
      histogram("request_queue_time_seconds", "Time in the waiting queue.", queue);
      histogram("request_prompt_tokens", "Prompt tokens of a request.", prompt);
      histogram("request_generation_tokens", "Output tokens of a request.", generation);
      gpusOf(text, run);
      file.write(text.toString());
    },
  };
};

/** @param seqS sequences in batches times seconds: replicas of several kinds have no mean batch in common. */
function engineOf(text: Exposition, { result, totals }: FinishedRun, seqS: number): void {
  const { utilization, requests, duration_s } = result;
  const running = duration_s === 0 ? 0 : seqS / duration_s;
  text.gauge("vllm:num_requests_running", "Mean number of requests in batches.", running);
  text.gauge(
    "vllm:kv_cache_usage_perc",
    "Mean share of KV blocks in use.",
    utilization.kv_cache_mean,
  );
  text.counter("vllm:prompt_tokens_total", "Prompt tokens.", result.tokens.input);
  text.counter("vllm:generation_tokens_total", "Output tokens.", result.tokens.output);
  text.counter("vllm:num_preemptions_total", "Preemptions.", result.preemptions);
  text.counter("vllm:request_success_total", "Completed requests.", requests.completed, {
    finished_reason: "length",
  });
  if (!result.scenario.engine.enable_prefix_caching) return;
  const { scheduledPrompt, cachedPrompt } = totals.tokens;
  text.counter("vllm:prefix_cache_queries_total", "Prompt tokens looked up.", scheduledPrompt);
  text.counter("vllm:prefix_cache_hits_total", "Prompt tokens found.", cachedPrompt);
}

function gpusOf(text: Exposition, { result, totals }: FinishedRun): void {
  const { power, energy, utilization, scenario } = result;
  const gpus = totals.gpus + totals.standbyGpus;
  const labels = { gpu: "mean", modelName: scenario.cluster.gpu };
  const gauge = (name: string, help: string, value: number | null) => {
    if (value !== null) text.gauge(name, help, value, labels);
  };
  gauge("DCGM_FI_DEV_POWER_USAGE", "Power draw (in W).", power.per_gpu_mean_w);
  gauge("DCGM_FI_DEV_GPU_UTIL", "GPU utilization (in %).", 100 * utilization.busy_ratio);
  const help = "Total energy consumption since the start of the run (in mJ).";
  const perGpuMj = (1000 * energy.gpu_j) / gpus;
  text.counter("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", help, perGpuMj, labels);
}

/** 1, 2, 5, 10, … as vLLM counts tokens. */
function decades(most: number): number[] {
  const bounds: number[] = [];
  for (let decade = 1; decade <= most; decade *= 10) {
    bounds.push(...[1, 2, 5].map((step) => step * decade).filter((bound) => bound <= most));
  }
  return bounds;
}
