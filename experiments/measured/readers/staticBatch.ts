import { gpuById } from "../../../models/gpuCatalogue.ts";
import { type CsvRow, csvTable, numberIn, textIn } from "../../csvTable.ts";
import type { MeasuredRun, MeasuredTable, Measurement, Suite } from "../measuredRun.ts";
import { batchOf } from "../workloads.ts";
import { type Deployment, deploymentOf, joined, runOn, tableOf } from "./table.ts";

const source = "Argonne LLM-Inference-Bench (arXiv 2411.00136)";
const stacks = { vLLM: "vllm", "TensorRT-LLM": "trtllm" };

/**
 * One static batch, prompts and outputs of one length.
 * Latencies: hardware, n_gpu, framework, model, in_out_len, batch, latency_s.
 * Power: gpu, n_gpus, engine, model, input_and_output_tokens, batch, latency_s, mean_power_w: the
 * mean over the run of all GPUs, here one.
 */
export function staticBatchRuns(paths: { latencies: string; power: string }): MeasuredTable {
  const latencies = csvTable(paths.latencies).map((row) => ({
    hardware: textIn(row, "hardware"),
    framework: textIn(row, "framework"),
    model: textIn(row, "model"),
    gpus: numberIn(row, "n_gpu"),
    tokens: numberIn(row, "in_out_len"),
    batch: numberIn(row, "batch"),
    measured: latencyOf(row),
  }));
  const power = csvTable(paths.power).map((row) => ({
    hardware: textIn(row, "gpu"),
    framework: textIn(row, "engine"),
    model: textIn(row, "model"),
    gpus: numberIn(row, "n_gpus"),
    tokens: numberIn(row, "input_and_output_tokens"),
    batch: numberIn(row, "batch"),
    measured: wattsOf(row),
  }));
  return joined([table("static_batch", latencies), table("static_batch_power", power)]);
}

interface StaticBatch {
  readonly hardware: string;
  readonly framework: string;
  readonly model: string;
  readonly gpus: number;
  readonly tokens: number;
  readonly batch: number;
  readonly measured: readonly Measurement[];
}

function latencyOf(row: CsvRow): Measurement[] {
  return [{ metric: "batch_latency_s", value: numberIn(row, "latency_s") }];
}

/** The same runs stand in both tables: their latencies are taken from the other. */
function wattsOf(row: CsvRow): Measurement[] {
  return [{ metric: "per_gpu_w", value: numberIn(row, "mean_power_w") / numberIn(row, "n_gpus") }];
}

function table(suite: Suite, rows: readonly StaticBatch[]): MeasuredTable {
  return tableOf(rows, {
    suite,
    rowName: ({ hardware, gpus, framework, model, tokens, batch }) =>
      `${gpus} x ${hardware} ${framework} ${model} ${tokens} batch ${batch}`,
    read: (row) => staticBatchRun(suite, row),
  });
}

/** A batch below the engine's limit runs as one: `max_num_seqs` is the batch. */
function staticBatchRun(suite: Suite, row: StaticBatch): MeasuredRun | string {
  const { model, hardware, framework, gpus, tokens, batch, measured } = row;
  const deployment = deploymentOf({ llm: model, gpu: hardware, framework, stacks });
  if (typeof deployment === "string") return deployment;
  const latencyS = measured.find(({ metric }) => metric === "batch_latency_s")?.value;
  if (latencyS !== undefined && latencyS < tokens * fastestTokenS(deployment, gpus)) {
    return "less time than the weights take to be read for each token: the answers ended early";
  }
  // 16 sequences of Mixtral took less than all experts take to be read; under vLLM they do not.
  if (framework === "TensorRT-LLM" && deployment.llm.moe !== undefined && batch > 1) {
    return "its prompts were alike, so that few experts were met";
  }
  return runOn(deployment, {
    suite,
    idParts: [`${tokens}-${tokens}`, `b${batch}`],
    cluster: { tensor_parallel_size: gpus },
    engine: { max_num_seqs: batch },
    workload: batchOf(batch, { input: tokens, output: tokens }),
    measured,
    source: `${source}; ${framework}, 2024`,
    kind: "measured",
  });
}

/** A token reads every weight but the embedding's; of experts those that one token passes. */
function fastestTokenS({ llm, gpu }: Deployment, gpus: number): number {
  const bandwidthBytesPerS = gpuById(gpu)?.bandwidthBytesPerS ?? Number.POSITIVE_INFINITY;
  const { activePerToken, embedding } = llm.parameters;
  return (2 * (activePerToken - embedding)) / (gpus * bandwidthBytesPerS);
}
