import { gpuById } from "../../../models/gpuCatalogue.ts";
import { type CsvRow, csvTable, numberIfAny, numberIn, textIn } from "../../csvTable.ts";
import type { MeasuredRun, MeasuredTable, Measurement } from "../measuredRun.ts";
import { batchOf } from "../workloads.ts";
import { deploymentOf, runOn, tableOf } from "./table.ts";

const source = "Splitwise (arXiv 2311.18677) performance model, splitwise-sim, MIT; vLLM of 2023";

/**
 * One batch on eager vLLM: medians of the prompt phase and of a token. Columns: model, hardware,
 * tensor_parallel, prompt_size, batch_size, token_size, prompt_ms, token_ms, mean_power_over_tdp.
 */
export function splitwiseRuns(path: string): MeasuredTable {
  return tableOf(csvTable(path), { suite: "single_batch_2023", rowName, read: splitwiseRun });
}

function rowName(row: CsvRow): string {
  const columns = ["hardware", "tensor_parallel", "prompt_size", "batch_size", "token_size"];
  return columns.map((column) => textIn(row, column)).join(" ");
}

function splitwiseRun(row: CsvRow): MeasuredRun | string {
  const hardware = textIn(row, "hardware");
  // Every prompt_ms of it is 1.3 times, every token_ms once, that of the uncapped GPU.
  if (hardware === "h100-80gb-pcap") return "computed from the uncapped rows, not measured";
  const stacks = { "vllm-2023": "vllm-eager" };
  const deployment = deploymentOf({
    llm: textIn(row, "model"),
    gpu: hardware,
    framework: "vllm-2023",
    stacks,
  });
  if (typeof deployment === "string") return deployment;
  const [input, output] = [numberIn(row, "prompt_size"), numberIn(row, "token_size")];
  const batch = numberIn(row, "batch_size");
  const tensorParallel = numberIn(row, "tensor_parallel");
  // The answers ended by themselves long before: a run of 8192 tokens took as long as one of 2048.
  if (output > 512) return "ended before token_size: the time a token is that of a shorter run";
  if (batch === 64 && tensorParallel === 2) return "did not fit: it ran in parts";
  return runOn(deployment, {
    suite: "single_batch_2023",
    idParts: [`${input}-${output}`, `b${batch}`],
    cluster: { tensor_parallel_size: tensorParallel },
    // vLLM v0 computed the prompts of a batch in one step.
    engine: { max_num_seqs: batch, max_num_batched_tokens: Math.max(2048, batch * input) },
    workload: batchOf(batch, { input, output }),
    measured: [
      { metric: "prompt_ms", value: numberIn(row, "prompt_ms") },
      { metric: "tpot_ms", value: numberIn(row, "token_ms") },
      ...wattsOf(row, deployment.gpu),
    ],
    source,
    kind: "measured",
  });
}

/** The watts of 8192-token prompts are those of an idle GPU: the sampling missed the run. */
function wattsOf(row: CsvRow, gpu: string): Measurement[] {
  const tdpRatio = numberIfAny(row, "mean_power_over_tdp");
  const tdpW = gpuById(gpu)?.tdpW;
  if (tdpRatio === undefined || tdpW === undefined) return [];
  return tdpRatio < 0.2 ? [] : [{ metric: "per_gpu_w", value: tdpRatio * tdpW }];
}
