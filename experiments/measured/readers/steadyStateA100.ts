import { type CsvRow, csvTable, numberIn, textIn } from "../../csvTable.ts";
import type { MeasuredRun, MeasuredTable } from "../measuredRun.ts";
import { saturatedRequests } from "../workloads.ts";
import { deploymentOf, runOn, tableOf } from "./table.ts";

const source = "ML.ENERGY benchmark v2 (Apache-2.0): vLLM 0.5";

/** The lengths of the prompts are not published; chat is taken as in version 3. */
const assumedInputTokens: Readonly<Record<string, number>> = { "llm-chat": 250, "llm-code": 180 };

/** Of the lengths of the outputs only the mean is published; in version 3 they spread like this. */
const outputLaw = "exponential";

/**
 * Joules a token in steady state. The table's watts are joules times a throughput of the whole run,
 * so they are no measurement. Columns: task, model, n_gpus, tp, pp, max_num_seqs, avg_output_len,
 * energy_per_token_J.
 */
export function steadyStateA100Runs(path: string): MeasuredTable {
  return tableOf(csvTable(path), {
    suite: "steady_state_a100",
    rowName: (row) =>
      ["model", "task", "n_gpus", "max_num_seqs"].map((column) => textIn(row, column)).join(" "),
    read: a100Run,
  });
}

function a100Run(row: CsvRow): MeasuredRun | string {
  const task = textIn(row, "task");
  const inputTokens = assumedInputTokens[task];
  if (inputTokens === undefined) return `${task}: the prompts hold images`;
  const deployment = deploymentOf({
    llm: textIn(row, "model"),
    gpu: textIn(row, "gpu"),
    framework: "vLLM",
    stacks: { vLLM: "vllm" },
  });
  if (typeof deployment === "string") return deployment;
  const pipeline = numberIn(row, "pp");
  const concurrency = numberIn(row, "max_num_seqs");
  return runOn(deployment, {
    suite: "steady_state_a100",
    idParts: [...(pipeline > 1 ? [`pp${pipeline}`] : []), task, `c${concurrency}`],
    cluster: {
      tensor_parallel_size: numberIn(row, "tp"),
      ...(pipeline > 1 ? { pipeline_parallel_size: pipeline } : {}),
    },
    engine: { max_num_seqs: concurrency },
    workload: {
      arrivals: { kind: "closed_loop", concurrency },
      lengths: {
        input: { kind: "fixed", tokens: inputTokens },
        output: { kind: outputLaw, mean: numberIn(row, "avg_output_len") },
      },
      num_requests: saturatedRequests(concurrency),
    },
    measured: [{ metric: "steady_per_output_token_j", value: numberIn(row, "energy_per_token_J") }],
    source,
    kind: "measured",
    assumed: [`prompts of ${inputTokens} tokens`, "exponential output lengths"],
  });
}
