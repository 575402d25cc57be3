import type { GpuSpec } from "../../../models/gpu.ts";
import type { Seconds } from "../../../sim/units.ts";
import type { CsvRow } from "../../csvTable.ts";
import { numberIn } from "../../csvTable.ts";
import type { GemmTiming } from "./gemm.ts";
import { layerProducts } from "./gemm.ts";
import { median } from "./heldOut.ts";

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
      const [hiddenSize, heads] = [numberIn(row, "n_embd"), numberIn(row, "n_head")];
      const kvHeads = numberIn(row, "n_kv_head");
      const matrices = row["gated"] === "True" ? 3 : 2;
      const layer = {
        hiddenSize,
        attention: { kind: "grouped", heads, kvHeads, headDim: hiddenSize / heads },
        mlp: { layers: 1, intermediateSize: numberIn(row, "n_ff"), matrices },
      } as const;
      const gemms = layerProducts(gpu, layer, numberIn(row, "tp"));
      return gemms.map((gemm, index) => ({
        gemm,
        tokens: numberIn(row, "num_tokens"),
        durationS: numberIn(row, productColumns[index] ?? "") / 1e3,
      }));
    });
}

/**
 * Seconds in which the norms, the rotary embedding and the activation of a layer start. Networks
 * that lack one of them, as those with attention beside the MLP, don't count.
 */
export function vidurSmallKernelsS(table: readonly CsvRow[], name: string): Seconds {
  const rows = table.filter(
    (row) =>
      row["gpu"] === name &&
      numberIn(row, "num_tokens") <= startUpTokens &&
      smallColumns.every((column) => row[column] !== ""),
  );
  return median(
    rows.map((row) => smallColumns.reduce((sum, column) => sum + numberIn(row, column) / 1e3, 0)),
  );
}
