import { z } from "zod";
import { type CsvRow, csvTable, numberIn, textIn } from "../../csvTable.ts";
import { readText } from "../../files.ts";
import { lengthSample } from "../lengthSample.ts";
import type { MeasuredRun, MeasuredTable } from "../measuredRun.ts";
import { saturated } from "../workloads.ts";
import { deploymentOf, joined, runOn, tableOf } from "./table.ts";

const source = "ML.ENERGY benchmark v3 (data card, Apache-2.0): vLLM 0.11.1, steady window";

/** The lengths of the prompts are not published. */
const assumedInputTokens: Readonly<Record<string, number>> = { "lm-arena-chat": 250, gpqa: 280 };

const histograms = z.record(
  z.string(),
  z.object({ bins: z.array(z.number()), counts: z.array(z.number()) }),
);

/**
 * A closed loop at max_num_seqs, measured between its ramp-up and its drain. Columns: task, model,
 * precision, gpu, n_gpus, ep, max_num_seqs, output_tok_s, power_W_per_gpu, energy_per_token_J,
 * host_bound. `lengths`: by "model|task" the histogram of output lengths.
 */
export function steadyStateRuns(paths: { table: string; lengths: string }): MeasuredTable {
  const lengths = histograms.parse(JSON.parse(readText(paths.lengths, {})));
  const samples = new Map(
    Object.entries(lengths).map(([key, histogram]) => [key, lengthSample(histogram)]),
  );
  const rows = csvTable(paths.table);
  const isHostBound = (row: CsvRow) => textIn(row, "host_bound") === "True";
  const read = (suite: "steady_state" | "steady_state_host_bound") => (row: CsvRow) =>
    steadyRun(row, suite, samples);
  const table = (suite: "steady_state" | "steady_state_host_bound", hostBound: boolean) =>
    tableOf(
      rows.filter((row) => isHostBound(row) === hostBound),
      { suite, rowName, read: read(suite) },
    );
  return joined([table("steady_state", false), table("steady_state_host_bound", true)]);
}

function rowName(row: CsvRow): string {
  const columns = ["gpu", "n_gpus", "model", "task", "max_num_seqs"];
  return columns.map((column) => textIn(row, column)).join(" ");
}

function steadyRun(
  row: CsvRow,
  suite: "steady_state" | "steady_state_host_bound",
  samples: ReadonlyMap<string, readonly number[]>,
): MeasuredRun | string {
  const [model, task] = [textIn(row, "model"), textIn(row, "task")];
  const deployment = deploymentOf({
    llm: model,
    gpu: textIn(row, "gpu"),
    framework: "vLLM",
    stacks: { vLLM: "vllm" },
  });
  if (typeof deployment === "string") return deployment;
  const outputTokens = samples.get(`${model}|${task}`);
  if (outputTokens === undefined) return "no output lengths are published";
  const inputTokens = assumedInputTokens[task];
  if (inputTokens === undefined) return `nothing is known of the prompts of ${task}`;
  const concurrency = numberIn(row, "max_num_seqs");
  const isFp8 = textIn(row, "precision") === "fp8";
  return runOn(deployment, {
    suite,
    idParts: [task, `c${concurrency}`],
    cluster: {
      tensor_parallel_size: numberIn(row, "n_gpus"),
      ...(numberIn(row, "ep") > 1 ? { enable_expert_parallel: true } : {}),
    },
    engine: { max_num_seqs: concurrency, ...(isFp8 ? { quantization: "fp8" } : {}) },
    workload: saturated(concurrency, { inputTokens, outputTokens }),
    recorded: { outputTokens },
    measured: [
      { metric: "steady_per_gpu_w", value: numberIn(row, "power_W_per_gpu") },
      { metric: "steady_output_tokens_per_s", value: numberIn(row, "output_tok_s") },
      { metric: "steady_per_output_token_j", value: numberIn(row, "energy_per_token_J") },
    ],
    source,
    kind: "measured",
    assumed: [`prompts of ${inputTokens} tokens`],
  });
}
