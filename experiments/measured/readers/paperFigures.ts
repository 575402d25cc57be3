import { type CsvRow, csvTable, numberIn, textIn } from "../../csvTable.ts";
import type { MeasuredRun, MeasuredTable } from "../measuredRun.ts";
import type { MetricName } from "../metrics.ts";
import { batchOf } from "../workloads.ts";
import { deploymentOf, runOn, tableOf } from "./table.ts";

const source = "arXiv 2504.17674 (ACL 2025)";

const stacks: Readonly<Record<string, string>> = {
  vLLM: "vllm",
  "vLLM CUDA graphs": "vllm",
  "vLLM eager": "vllm-eager",
  "vLLM autoregressive greedy": "vllm",
  "PyTorch eager": "hf-eager",
  "PyTorch torch.compile": "hf-compile",
};

/** Figures 3, 5 and 6: Wikitext-2, padded to its longest of 1,024 prompts (Table 3), 64 tokens out. */
const wikitext = { input: 547, output: 64 };

/** What each figure plots, by what the row calls it. */
const plotted: Readonly<Record<string, MetricName>> = {
  gpu_energy: "gpu_energy",
  total_energy: "gpu_energy",
  prefill_energy: "prefill_energy",
  decode_energy: "decode_energy",
};

const figures = /^Fig (2a|2b|2c|3|5a|5b|5c|6a|10c)$/;

/**
 * Energies of the paper's figures, in kWh for 1,024 examples that were run in batches of `batch`.
 * Columns: table_or_fig, model, gpu, n_gpus_tp, framework, batch, input_tokens, output_tokens,
 * workload, metric, value, unit, kind, note.
 */
export function paperRuns(path: string): MeasuredTable {
  return tableOf(csvTable(path), {
    suite: "paper",
    rowName: (row) =>
      ["table_or_fig", "model", "framework", "batch", "metric", "workload"]
        .map((column) => textIn(row, column))
        .join(" "),
    read: figureRun,
  });
}

function figureRun(row: CsvRow): MeasuredRun | string {
  const [, figure] = figures.exec(textIn(row, "table_or_fig")) ?? [];
  if (figure === undefined) return "not a point of figures 2, 3, 5, 6a and 10c";
  const metric = plotted[textIn(row, "metric")];
  if (metric === undefined) return "derived from other rows";
  const framework = textIn(row, "framework");
  const deployment = deploymentOf({
    llm: textIn(row, "model"),
    gpu: textIn(row, "gpu"),
    framework,
    stacks,
  });
  if (typeof deployment === "string") return deployment;
  const batch = numberIn(row, "batch");
  const tensorParallel = numberIn(row, "n_gpus_tp");
  const isStatic = deployment.stack.startsWith("hf-");
  const tokens = tokensOf(row);
  return runOn(deployment, {
    suite: "paper",
    idParts: [`fig${figure}`, metric, `${tokens.input}-${tokens.output}`, `b${batch}`],
    cluster: { tensor_parallel_size: tensorParallel },
    engine: isStatic ? { batch_size: batch } : { max_num_seqs: batch },
    workload: batchOf(batch, tokens),
    measured: [{ metric, value: numberIn(row, "value") }],
    source: `${source}, figure ${figure}; ${textIn(row, "note")}`,
    kind: "derived",
    ...(Number.isNaN(inputIn(row)) ? { assumed: ["prompts padded to 547 tokens"] } : {}),
    paper: {
      figure,
      model: textIn(row, "model"),
      gpu: textIn(row, "gpu"),
      framework,
      workload: textIn(row, "workload"),
      metric: textIn(row, "metric"),
    },
  });
}

function tokensOf(row: CsvRow): { input: number; output: number } {
  const input = inputIn(row);
  return Number.isNaN(input) ? wikitext : { input, output: leading(row, "output_tokens") };
}

function inputIn(row: CsvRow): number {
  return leading(row, "input_tokens");
}

/** Of "64 (text: 64 or 8)" the figure's own number, which comes first. */
function leading(row: CsvRow, column: string): number {
  return Number.parseInt(textIn(row, column), 10);
}
