import { z } from "zod";
import { type CsvRow, csvTable, numberIn, textIn } from "../../csvTable.ts";
import { readText } from "../../files.ts";
import type {
  MeasuredRun,
  MeasuredScenario,
  MeasuredTable,
  RecordedRequests,
  WeightedRate,
} from "../measuredRun.ts";
import { lognormal } from "../workloads.ts";
import { type Deployment, deploymentOf, joined, runOn, tableOf } from "./table.ts";

const source =
  "powertrace-sim (repository data): vLLM under Poisson arrivals of ShareGPT, nvidia-smi";
const stacks = { vLLM: "vllm" };
const otherLengths = "lengths of the 0.125 req/s run of Llama-3.1-8B";

const requestLists = z.object({
  "a100_qwen3-8b_r2p5": z.object({
    measured: z.object({
      mean_power_w: z.number(),
      mean_ttft_ms: z.number(),
      mean_tpot_ms: z.number(),
    }),
    arrival_s: z.array(z.number()),
    input_lens: z.array(z.number()),
    output_lens: z.array(z.number()),
  }),
  "h100_llama-3.1-8b_tp1_r0p125": z.object({
    arrival_s: z.array(z.number()),
    input_lens: z.array(z.number()),
    output_lens: z.array(z.number()),
    measured_window: z.object({ arrival_time_s: z.array(z.number()), mean_power_w: z.number() }),
  }),
});
type RequestLists = z.output<typeof requestLists>;

/**
 * Mean watts of a server at a few requests a second, idle gaps included, and requests in flight.
 * Table: run, gpu, model, tp, rate_rps, mean_power_w_per_gpu, note. Occupancy: config, gpu, tp,
 * rate_rps, mean_active_requests. `requests`: arrivals and lengths of two of the runs.
 */
export function partialLoadRuns(paths: {
  readonly table: string;
  readonly requests: string;
  readonly occupancy: string;
}): MeasuredTable {
  const lists = requestLists.parse(JSON.parse(readText(paths.requests, {})));
  // Other runs asked from the same corpus; what they drew from it is not published.
  const sample = lengthsOf(lists["h100_llama-3.1-8b_tp1_r0p125"]);
  const power = tableOf(csvTable(paths.table), {
    suite: "partial_load",
    rowName: (row) => textIn(row, "run"),
    read: (row) => partialLoadRun(row, lists, sample),
  });
  const occupancy = tableOf(csvTable(paths.occupancy), {
    suite: "partial_load_occupancy",
    rowName: (row) => ["gpu", "tp", "rate_rps", "date"].map((name) => textIn(row, name)).join(" "),
    read: (row) => occupancyRun(row, sample),
  });
  return joined([power, occupancy]);
}

function partialLoadRun(
  row: CsvRow,
  lists: RequestLists,
  sample: RecordedRequests,
): MeasuredRun | string {
  const deployment = deploymentOf({
    llm: textIn(row, "model"),
    gpu: textIn(row, "gpu"),
    framework: "vLLM",
    stacks,
  });
  if (typeof deployment === "string") return deployment;
  const perGpuW = numberIn(row, "mean_power_w_per_gpu");
  if (textIn(row, "rate_rps") === "mix") return mixedRatesRun(row, deployment, { perGpuW, sample });
  if (textIn(row, "run").includes("qwen3-8b_a100_r2p5")) {
    return wholeRun(deployment, lists["a100_qwen3-8b_r2p5"]);
  }
  return windowRun(deployment, lists["h100_llama-3.1-8b_tp1_r0p125"]);
}

/** Long enough that the mean of our draw lies within a few per cent of the rate's. */
const requestsPerRate = 1200;

function mixedRatesRun(
  row: CsvRow,
  deployment: Deployment,
  { perGpuW, sample }: { readonly perGpuW: number; readonly sample: RecordedRequests },
): MeasuredRun {
  return runOn(deployment, {
    suite: "partial_load",
    idParts: ["mix"],
    cluster: { tensor_parallel_size: numberIn(row, "tp") },
    workload: poisson(1, sample),
    recorded: sample,
    rates: ratesIn(textIn(row, "note")),
    measured: [{ metric: "partial_load_w", value: perGpuW }],
    source,
    kind: "measured",
    assumed: [otherLengths],
  });
}

/** Of "…rates x runs: 0.125x2;0.25x4;…": the runs are equally long. */
function ratesIn(note: string): WeightedRate[] {
  const rates = [...note.matchAll(/(\d+(?:\.\d+)?)x(\d+)(?=[;,])/g)];
  if (rates.length === 0) throw new Error(`expected rates such as 0.5x2; in the note: ${note}`);
  return rates.map(([, rate, runs]) => ({ rate_rps: Number(rate), weight: Number(runs) }));
}

function wholeRun(deployment: Deployment, list: RequestLists["a100_qwen3-8b_r2p5"]): MeasuredRun {
  const { measured } = list;
  const requests = requestsIn(list, () => true);
  return runOn(deployment, {
    suite: "partial_load",
    idParts: ["r2.5"],
    engine: { max_num_seqs: 256, max_num_batched_tokens: 8192 },
    workload: { ...poisson(2.5, requests), num_requests: requests.outputTokens.length },
    recorded: requests,
    measured: [
      { metric: "partial_load_w", value: measured.mean_power_w },
      { metric: "ttft_ms", value: measured.mean_ttft_ms },
      { metric: "tpot_ms", value: measured.mean_tpot_ms },
    ],
    source: `${source}; vLLM 0.10.1.1`,
    kind: "measured",
  });
}

/** Seconds of a token of this model alone on an H100: what was left of the answer under way. */
const assumedTokenS = 0.0069;

/** A window of a run: what came in it, and the rest of the answer that was under way before. */
function windowRun(
  deployment: Deployment,
  list: RequestLists["h100_llama-3.1-8b_tp1_r0p125"],
): MeasuredRun {
  const [fromS = 0, toS = 0] = list.measured_window.arrival_time_s;
  const inside = requestsIn(list, (arrivalS) => arrivalS >= fromS && arrivalS < toS);
  const before = requestsIn(list, (arrivalS) => arrivalS < fromS);
  const elapsedTokens = (fromS - (before.arrivalS.at(-1) ?? 0)) / assumedTokenS;
  const leftTokens = Math.round((before.outputTokens.at(-1) ?? 0) - elapsedTokens);
  const recorded = {
    arrivalS: [0, ...inside.arrivalS.map((arrivalS) => arrivalS - fromS)],
    inputTokens: [1, ...inside.inputTokens],
    outputTokens: [Math.max(1, leftTokens), ...inside.outputTokens],
  };
  return runOn(deployment, {
    suite: "partial_load",
    idParts: ["r0.125"],
    workload: { ...poisson(0.125, recorded), num_requests: null, duration_s: toS - fromS },
    recorded,
    measured: [{ metric: "partial_load_w", value: list.measured_window.mean_power_w }],
    source: `${source}; a window of 54.5 s with 7 requests`,
    kind: "estimated",
    assumed: [`${leftTokens} tokens left of the answer under way, at 6.9 ms each`],
  });
}

function occupancyRun(row: CsvRow, sample: RecordedRequests): MeasuredRun | string {
  const deployment = deploymentOf({
    llm: textIn(row, "config"),
    gpu: textIn(row, "gpu"),
    framework: "vLLM",
    stacks,
  });
  if (typeof deployment === "string") return deployment;
  const ratePerS = numberIn(row, "rate_rps");
  return runOn(deployment, {
    suite: "partial_load_occupancy",
    idParts: [`r${ratePerS}`],
    cluster: { tensor_parallel_size: numberIn(row, "tp") },
    workload: poisson(ratePerS, sample),
    recorded: sample,
    measured: [{ metric: "mean_active_requests", value: numberIn(row, "mean_active_requests") }],
    source,
    kind: "measured",
    assumed: [otherLengths],
  });
}

interface RequestList {
  readonly arrival_s: readonly number[];
  readonly input_lens: readonly number[];
  readonly output_lens: readonly number[];
}

function requestsIn(list: RequestList, isWanted: (arrivalS: number) => boolean) {
  const rows = list.arrival_s.flatMap((arrivalS, row) => (isWanted(arrivalS) ? [row] : []));
  const column = (values: readonly number[]) => rows.map((row) => values[row] ?? 1);
  return {
    arrivalS: column(list.arrival_s),
    inputTokens: column(list.input_lens),
    outputTokens: column(list.output_lens),
  };
}

function lengthsOf(list: RequestList) {
  const { inputTokens, outputTokens } = requestsIn(list, () => true);
  return { inputTokens, outputTokens };
}

function poisson(ratePerS: number, recorded: RecordedRequests): MeasuredScenario["workload"] {
  return {
    arrivals: { kind: "poisson", rate_rps: ratePerS },
    lengths: {
      input: lognormal(recorded.inputTokens ?? []),
      output: lognormal(recorded.outputTokens),
    },
    num_requests: requestsPerRate,
  };
}
