import type { GpuSpec } from "../../../models/gpu.ts";
import type { Seconds } from "../../../sim/units.ts";
import type { CsvRow } from "../../csvTable.ts";
import { numberIn } from "../../csvTable.ts";
import type { GemmTiming } from "./gemm.ts";
import { layerProducts } from "./gemm.ts";
import { median } from "./heldOut.ts";
import type { SmallKernelsTiming } from "./smallKernels.ts";
import { smallKernelsOf } from "./smallKernels.ts";

/** In the order of `layerProducts`. */
const productColumns = [
  "attn_pre_proj_ms",
  "attn_post_proj_ms",
  "mlp_up_proj_ms",
  "mlp_down_proj_ms",
];
/** Residual additions are fused into the norms where LLMs are served. */
const smallColumns = [
  "input_layernorm_ms",
  "attn_rope_ms",
  "post_attention_layernorm_ms",
  "mlp_act_ms",
];
/** Up to this many tokens a small kernel does little but start. */
const startUpTokens = 8;

/** Vidur's table of the operators of a layer: a row times each on one GPU of `tp`. */
export function vidurGemms(
  table: readonly CsvRow[],
  { name, gpu }: { readonly name: string; readonly gpu: GpuSpec },
): GemmTiming[] {
  return table
    .filter((row) => row["gpu"] === name)
    .flatMap((row) => {
      const gemms = layerProducts(gpu, layerOf(row), numberIn(row, "tp"));
      return gemms.map((gemm, index) => ({
        gemm,
        tokens: numberIn(row, "num_tokens"),
        durationS: numberIn(row, productColumns[index] ?? "") / 1e3,
      }));
    });
}

/** The norms, the rotary embedding and the activation of a layer, by network. */
export function vidurSmallKernels(
  table: readonly CsvRow[],
  { name, gpu }: { readonly name: string; readonly gpu: GpuSpec },
): SmallKernelsTiming[] {
  return smallKernelRows(table, name).map((row) => ({
    kernels: smallKernelsOf(gpu, layerOf(row), numberIn(row, "tp")),
    tokens: numberIn(row, "num_tokens"),
    cluster: row["model"] ?? "",
    durationS: smallKernelsS(row),
  }));
}

/** Seconds in which the norms, the rotary embedding and the activation of a layer start. */
export function vidurSmallKernelsS(table: readonly CsvRow[], name: string): Seconds {
  const rows = smallKernelRows(table, name);
  const few = rows.filter((row) => numberIn(row, "num_tokens") <= startUpTokens);
  return median(few.map(smallKernelsS));
}

/** Networks that lack one of them, as those with attention beside the MLP, don't count. */
function smallKernelRows(table: readonly CsvRow[], name: string): CsvRow[] {
  return table.filter(
    (row) => row["gpu"] === name && smallColumns.every((column) => row[column] !== ""),
  );
}

function smallKernelsS(row: CsvRow): Seconds {
  return smallColumns.reduce((sum, column) => sum + numberIn(row, column) / 1e3, 0);
}

function layerOf(row: CsvRow) {
  const [hiddenSize, heads] = [numberIn(row, "n_embd"), numberIn(row, "n_head")];
  const kvHeads = numberIn(row, "n_kv_head");
  const matrices = row["gated"] === "True" ? 3 : 2;
  return {
    hiddenSize,
    attention: { kind: "grouped", heads, kvHeads, headDim: hiddenSize / heads },
    mlp: { layers: 1, intermediateSize: numberIn(row, "n_ff"), matrices },
  } as const;
}
