import { type CsvRow, csvTable, numberIfAny, numberIn, textIn } from "../../csvTable.ts";
import type { MeasuredRun, MeasuredTable } from "../measuredRun.ts";
import { batchOf } from "../workloads.ts";
import { deploymentOf, runOn, tableOf } from "./table.ts";

/**
 * Tokens of KV cache that vLLM logged at its start. Columns: model, gpu, tp, util,
 * max_batched_tokens, kv_tokens_actual, vllm, source.
 */
export function kvCapacityRuns(path: string): MeasuredTable {
  return tableOf(csvTable(path), {
    suite: "kv_capacity",
    rowName: (row) => ["gpu", "model"].map((column) => textIn(row, column)).join(" "),
    read: capacityRun,
  });
}

function capacityRun(row: CsvRow): MeasuredRun | string {
  const deployment = deploymentOf({
    llm: textIn(row, "model"),
    gpu: textIn(row, "gpu"),
    framework: engineOf(textIn(row, "vllm")),
    stacks: { V0: "vllm-v0", V1: "vllm" },
  });
  if (typeof deployment === "string") return deployment;
  const budget = numberIfAny(row, "max_batched_tokens");
  return runOn(deployment, {
    suite: "kv_capacity",
    idParts: [`vllm-${textIn(row, "vllm")}`],
    cluster: { tensor_parallel_size: numberIn(row, "tp") },
    engine: {
      gpu_memory_utilization: numberIn(row, "util"),
      ...(budget === undefined ? {} : { max_num_batched_tokens: budget }),
    },
    // The cache is sized before the first request comes.
    workload: batchOf(1, { input: 16, output: 1 }),
    measured: [{ metric: "kv_tokens", value: numberIn(row, "kv_tokens_actual") }],
    source: `vLLM ${textIn(row, "vllm")}: ${textIn(row, "source")}`,
    kind: "measured",
  });
}

/** vLLM's engine is V1 since 0.8; versions that the source doesn't say exactly are written "~0.19". */
function engineOf(version: string): "V0" | "V1" {
  const minor = /^~?0\.(\d+)/.exec(version)?.[1];
  return minor !== undefined && Number(minor) < 8 ? "V0" : "V1";
}
