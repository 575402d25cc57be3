import type { Kernel } from "../../../models/calibrationEntry.ts";
import type { Gemm } from "../../../models/gemm.ts";
import type { GpuSpec } from "../../../models/gpu.ts";
import type { Quantization } from "../../../models/llm.ts";
import type { Experts } from "../../../models/moe.ts";
import type { Watts } from "../../../sim/units.ts";
import type { CsvRow } from "../../csvTable.ts";
import { numberIn } from "../../csvTable.ts";
import type { AllReduceTiming } from "./allReduce.ts";
import type { AttentionTiming } from "./attention.ts";
import { decodeOf, prefillOf } from "./attention.ts";
import type { GemmTiming } from "./gemm.ts";
import { productOf } from "./gemm.ts";
import type { ExpertsTiming } from "./moe.ts";
import { expertsOf } from "./moe.ts";

/** Rows of NVIDIA's aiconfigurator: its names of the GPU, of the engine and of the format. */
export interface KernelRows {
  readonly system: string;
  readonly engine: "vllm" | "trtllm" | "nccl";
  readonly version: string;
  readonly format: string;
}

/** Networks whose experts have no gate, which the tables do not say: Nemotron 3. */
const ungatedIntermediateSizes = [1856, 2688, 5120];
/** Experts are served over 8 GPUs at most; narrower slices are timed too. */
const tensorParallelMax = 8;
/** Messages of a step: a token of a narrow network to 8192 tokens of 8192 values. */
const messageBytesMin = 2 ** 11;
const messageBytesMax = 2 ** 27;

export function gemmTimings(
  table: readonly CsvRow[],
  choice: KernelRows,
  { gpu, kernel }: { readonly gpu: GpuSpec; readonly kernel: Kernel },
): GemmTiming[] {
  const known = new Map<string, Gemm>();
  return chosen(table, choice, "dtype").map((row) => {
    const [inputs, outputs] = [numberIn(row, "k"), numberIn(row, "n")];
    const gemm = remembered(known, `${inputs} ${outputs}`, () =>
      productOf(gpu, kernel, { inputs, outputs }),
    );
    const durationS = numberIn(row, "latency_ms") / 1e3;
    return { gemm, tokens: numberIn(row, "m"), durationS, ...metered(row) };
  });
}

/** Head layouts are the clusters. */
export function attentionTimings(
  table: readonly CsvRow[],
  choice: KernelRows,
  phase: "context" | "generation",
): AttentionTiming[] {
  const rows = chosen(table, choice, "kv_cache_dtype").filter((row) => row["phase"] === phase);
  return rows.map((row) => {
    const [seqs, tokens] = [numberIn(row, "batch_size"), numberIn(row, "isl")];
    const layer = {
      heads: numberIn(row, "num_heads"),
      kvHeads: numberIn(row, "num_key_value_heads"),
      headDim: numberIn(row, "head_dim"),
      kvCacheDtype: choice.format === "fp8" ? "fp8" : "auto",
    } as const;
    // `step` tokens were decoded before, after a prompt of `isl`.
    const shape =
      phase === "context"
        ? prefillOf({ seqs, tokens, earlierTokens: 0 })
        : decodeOf({ seqs, contextTokens: tokens + numberIn(row, "step") });
    const durationS = numberIn(row, "latency") / 1e3;
    return { layer, shape, cluster: JSON.stringify(layer), durationS, ...metered(row) };
  });
}

/**
 * Of gated experts, under both routings that were timed: balanced, which meets more experts than
 * even draws do, and by a power law, which meets fewer.
 */
export function expertsTimings(
  table: readonly CsvRow[],
  choice: KernelRows,
  { gpu, quantization }: { readonly gpu: GpuSpec; readonly quantization: Quantization },
): ExpertsTiming[] {
  const known = new Map<string, Experts>();
  return chosen(table, choice, "moe_dtype").flatMap((row) => {
    const tensorParallel = numberIn(row, "moe_tp_size");
    const sizes = {
      hiddenSize: numberIn(row, "hidden_size"),
      intermediateSize: numberIn(row, "inter_size"),
      experts: numberIn(row, "num_experts"),
      expertsPerToken: numberIn(row, "topk"),
    };
    const ungated = ungatedIntermediateSizes.includes(sizes.intermediateSize);
    if (ungated || tensorParallel > tensorParallelMax) return [];
    const cluster = JSON.stringify({ ...sizes, tensorParallel });
    const experts = remembered(known, cluster, () =>
      expertsOf(gpu, quantization, { ...sizes, tensorParallel }),
    );
    const tokens = numberIn(row, "num_tokens");
    const balanced = row["distribution"] === "balanced";
    return [{ experts, tokens, balanced, cluster, durationS: numberIn(row, "latency") / 1e3 }];
  });
}

/** All-reduces by the engine's own kernels, and by NCCL in groups that those do not serve. */
export interface AllReduceRows extends KernelRows {
  readonly beyondTwo?: KernelRows;
}

/** The format is that of `impl`; messages are counted in elements of two bytes. */
export function allReduceTimings(
  table: readonly CsvRow[],
  { beyondTwo, ...choice }: AllReduceRows,
  gpu: GpuSpec,
): AllReduceTiming[] {
  const timings = timingsOf(table, choice, gpu);
  if (beyondTwo === undefined) return timings;
  return [
    ...timings.filter(({ gpus }) => gpus === 2),
    ...timingsOf(table, beyondTwo, gpu).filter(({ gpus }) => gpus > 2),
  ];
}

function timingsOf(table: readonly CsvRow[], choice: KernelRows, gpu: GpuSpec): AllReduceTiming[] {
  return chosen(table, choice, "impl").flatMap((row) => {
    const messageBytes = 2 * numberIn(row, "message_elems");
    if (row["op"] !== "all_reduce" || row["dtype"] === "int8") return [];
    if (messageBytes < messageBytesMin || messageBytes > messageBytesMax) return [];
    const gpus = numberIn(row, "num_gpus");
    return [{ gpu, gpus, messageBytes, durationS: numberIn(row, "ms") / 1e3 }];
  });
}

function chosen(table: readonly CsvRow[], choice: KernelRows, format: string): CsvRow[] {
  const { system, engine, version } = choice;
  return table.filter(
    (row) =>
      row["system"] === system &&
      row["fw"] === engine &&
      row["version"] === version &&
      row[format] === choice.format,
  );
}

function metered(row: CsvRow): { readonly powerW?: Watts } {
  return row["power"] === undefined ? {} : { powerW: numberIn(row, "power") };
}

function remembered<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
