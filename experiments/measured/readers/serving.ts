import { type CsvRow, csvTable, numberIfAny, numberIn, textIn } from "../../csvTable.ts";
import type { MeasuredRun, MeasuredScenario, MeasuredTable, Suite } from "../measuredRun.ts";
import { nearlyFixed, tokensApart } from "../workloads.ts";
import { deploymentOf, runOn, tableOf } from "./table.ts";
import { tornSettings } from "./tornSettings.ts";

const source = "InferenceMAX (SemiAnalysis) serving points, via NVIDIA aiconfigurator, Apache-2.0";
const stacks = { vllm: "vllm", sglang: "sglang", trtllm: "trtllm" };

/**
 * Closed-loop serving points: mean TTFT and mean TPOT of 10 x concurrency prompts, warm.
 * Columns: system, backend, backend_version, model_path, precision, isl, osl, concurrency,
 * tp_size, pp_size, attention_dp_size, moe_tp_size, moe_ep_size, mean_ttft_ms, mean_tpot_ms.
 */
export function servingRuns(path: string): MeasuredTable {
  const seen = new Set<string>();
  const rows = csvTable(path).map((row) => {
    // One measurement stands under several names (DeepSeek R1 and V3, two spellings of a layout).
    const figures = `${textIn(row, "mean_ttft_ms")} ${textIn(row, "mean_tpot_ms")}`;
    if (seen.has(figures)) return { row, run: "the same measurement stands in an earlier row" };
    seen.add(figures);
    return { row, run: servingRun(row) };
  });
  const isTorn = tornSettings(rows.flatMap(({ run }) => (typeof run === "string" ? [] : [run])));
  return tableOf(rows, {
    suite: "serving",
    rowName: ({ row }) => rowName(row),
    read: ({ run }) => {
      if (typeof run === "string") return run;
      if (isTorn(run)) {
        const assumed = [...(run.assumed ?? []), hidden];
        return { ...inSuite(run, "serving_unrecorded"), assumed };
      }
      // No constant is fitted to how ranks meet.
      const isOfRanks = (run.scenario.cluster.data_parallel_size ?? 1) > 1;
      return isOfRanks ? inSuite(run, "serving_ranks") : run;
    },
  });
}

function inSuite(run: MeasuredRun, suite: Suite): MeasuredRun {
  return { ...run, suite, id: run.id.replace(run.suite, suite) };
}

function rowName(row: CsvRow): string {
  const columns = ["system", "backend", "model_path", "precision", "isl", "osl", "concurrency"];
  return columns.map((column) => textIn(row, column)).join(" ");
}

function servingRun(row: CsvRow): MeasuredRun | string {
  const deployment = deploymentOf({
    llm: textIn(row, "model_path"),
    gpu: textIn(row, "system"),
    framework: textIn(row, "backend"),
    stacks,
  });
  if (typeof deployment === "string") return deployment;
  const concurrency = numberIfAny(row, "concurrency");
  if (concurrency === undefined) return "the concurrency is not recorded";
  const layout = layoutOf(row);
  if (typeof layout === "string") return layout;
  const tokens = { input: numberIn(row, "isl"), output: numberIn(row, "osl") };
  const quantization = quantizationOf(row, deployment.llm.checkpoint.quantization);
  const settings = settingsOf(row, { stack: deployment.stack, concurrency });
  const version = textIn(row, "backend_version");
  return runOn(deployment, {
    suite: "serving",
    idParts: [...layoutName(layout), `${tokens.input}-${tokens.output}`, `c${concurrency}`],
    cluster: layout,
    engine: { ...(quantization === undefined ? {} : { quantization }), ...settings.engine },
    workload: {
      arrivals: { kind: "closed_loop", concurrency },
      lengths: lengthsOf(tokens, settings.lengths),
      num_requests: 10 * concurrency,
    },
    measured: [
      { metric: "ttft_ms", value: numberIn(row, "mean_ttft_ms") },
      { metric: "tpot_ms", value: numberIn(row, "mean_tpot_ms") },
    ],
    source: version === "" ? source : `${source}; ${textIn(row, "backend")} ${version}`,
    kind: "measured",
    assumed: settings.assumed,
  });
}

const hidden = "no drafts: the same setting was also measured at a multiple of its tokens a second";
interface Settings {
  readonly engine: Omit<MeasuredScenario["engine"], "stack">;
  readonly lengths: "drawn" | "nearly fixed";
  readonly assumed: readonly string[];
}

/**
 * Settings that the table does not record and its figures give away. Rows without
 * attention_dp_size are not InferenceMAX's, and their answers are equally long. Under TensorRT-LLM
 * TTFT grows with the answers' duration over the concurrency, as where one user in the loop waits for
 * a place. InferenceMAX's Llama 70B served more contexts at once than 16-bit keys
 * and values leave room for.
 */
function settingsOf(
  row: CsvRow,
  { stack, concurrency }: { readonly stack: string; readonly concurrency: number },
): Settings {
  const isInferenceMax = textIn(row, "attention_dp_size") !== "";
  if (isInferenceMax && textIn(row, "model_path").includes("Llama-3.1-70B")) {
    return {
      engine: { kv_cache_dtype: "fp8" },
      lengths: "drawn",
      assumed: ["kv_cache_dtype fp8: with 16 bits the contexts would have queued"],
    };
  }
  if (isInferenceMax) return { engine: {}, lengths: "drawn", assumed: [] };
  const apart = `answers end up to ${tokensApart} tokens apart: equal ones would come in waves`;
  if (stack !== "trtllm") return { engine: {}, lengths: "nearly fixed", assumed: [apart] };
  return {
    engine: { max_num_seqs: Math.max(1, concurrency - 1) },
    lengths: "nearly fixed",
    assumed: [apart, "a place less than users: TTFT grows with the answers' duration"],
  };
}

type Quantization = NonNullable<MeasuredScenario["engine"]["quantization"]>;

const quantizations: Readonly<Record<string, Quantization>> = {
  fp8: "fp8",
  fp4: "nvfp4",
  int4: "int4",
};

/** gpt-oss is published in mxfp4, which the table calls fp4 or fp8. */
function quantizationOf(row: CsvRow, published: Quantization): Quantization | undefined {
  if (published === "mxfp4") return undefined;
  const wanted = quantizations[textIn(row, "precision")];
  return wanted === published ? undefined : wanted;
}

type Layout = Omit<MeasuredScenario["cluster"], "gpu">;

/**
 * The table spells N GPUs with expert parallelism in two ways: as they are, and squared, with N x N
 * in place of N. That they are the same shows where one measurement stands under both.
 */
function layoutOf(row: CsvRow): Layout | string {
  const tensor = numberIn(row, "tp_size");
  const attentionData = numberIfAny(row, "attention_dp_size") ?? 1;
  const moeTensor = numberIn(row, "moe_tp_size");
  const experts = numberIn(row, "moe_ep_size");
  if (numberIn(row, "pp_size") !== 1) return "pipeline parallelism";
  const gpus = Math.max(tensor, attentionData);
  const sharding = attentionData > 1 ? "data_parallel_size" : "tensor_parallel_size";
  if (experts <= 1) return { [sharding]: gpus };
  const expertParallel = (size: number) => ({ [sharding]: size, enable_expert_parallel: true });
  if (moeTensor === experts && gpus === experts ** 2) return expertParallel(experts);
  if (moeTensor === 1 && (gpus === experts || gpus ** 2 === experts)) return expertParallel(gpus);
  const found = `tp ${tensor}, attention dp ${attentionData}, moe tp ${moeTensor}, ep ${experts}`;
  return `no layout of the scenario language has ${found}`;
}

function layoutName(layout: Layout): string[] {
  const { data_parallel_size, enable_expert_parallel } = layout;
  const data = data_parallel_size === undefined ? [] : [`dp${data_parallel_size}`];
  return enable_expert_parallel === true ? [...data, "ep"] : data;
}

/** Shapes that InferenceMAX draws, uniform in 0.8 to 1 of the length; its others are fixed. */
const drawn = ["1024-1024", "8192-1024", "1024-8192"];

interface Shape {
  readonly input: number;
  readonly output: number;
}

function lengthsOf({ input, output }: Shape, lengths: Settings["lengths"]) {
  if (lengths === "nearly fixed") {
    return { input: fixed(input), output: nearlyFixed(output) };
  }
  const law = drawn.includes(`${input}-${output}`) ? upTo : fixed;
  return { input: law(input), output: law(output) };
}

function upTo(tokens: number) {
  return { kind: "uniform", min: Math.floor(0.8 * tokens), max: tokens } as const;
}

function fixed(tokens: number) {
  return { kind: "fixed", tokens } as const;
}
