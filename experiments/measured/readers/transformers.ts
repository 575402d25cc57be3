import { type CsvRow, csvTable, numberIn, textIn } from "../../csvTable.ts";
import type { MeasuredRun, MeasuredTable } from "../measuredRun.ts";
import { batchOf } from "../workloads.ts";
import { deploymentOf, runOn, tableOf } from "./table.ts";

const source = "Wilkins et al., energy-inference (A100 40 GB, Transformers eager)";

/**
 * Calls of generate(), one prompt each. Columns: src, runtime_s, input_tokens, output_tokens. No KV
 * cache was kept: 512 tokens after a prompt of 541 took 39.8 s, which is 512 whole prompts. Only
 * while launching takes longer than recomputing is a token's time that of a cached one.
 */
export function transformersRuns(path: string): MeasuredTable {
  const seen = new Set<string>();
  return tableOf(csvTable(path), {
    suite: "transformers",
    rowName: (row) =>
      ["src", "input_tokens", "output_tokens"].map((column) => textIn(row, column)).join(" "),
    read: (row) => {
      const session = textIn(row, "src");
      const isFirst = !seen.has(session);
      seen.add(session);
      return isFirst ? "the first call of a session, which loads kernels" : callOf(row);
    },
  });
}

/** Tokens up to which a forward pass of 7 to 13 B parameters is launch-bound on an A100. */
const launchBoundTokens = 128;

function callOf(row: CsvRow): MeasuredRun | string {
  const [input, output] = [numberIn(row, "input_tokens"), numberIn(row, "output_tokens")];
  if (output < 1) return "the columns of tokens are mixed up";
  if (input + output > launchBoundTokens) return "recomputed without a KV cache";
  const [, model = ""] = /^(.*)-argonne-swing-\d+$/.exec(textIn(row, "src")) ?? [];
  const deployment = deploymentOf({
    llm: model,
    gpu: "A100-40GB",
    framework: "Transformers",
    stacks: { Transformers: "hf-eager" },
  });
  if (typeof deployment === "string") return deployment;
  return runOn(deployment, {
    suite: "transformers",
    idParts: [`${input}-${output}`],
    engine: { batch_size: 1 },
    workload: batchOf(1, { input, output }),
    measured: [{ metric: "batch_latency_s", value: numberIn(row, "runtime_s") }],
    source,
    kind: "measured",
  });
}
