import type { GpuSpec } from "../../../models/gpu.ts";
import type { LlmSpec, Mlp } from "../../../models/llm.ts";
import { llmById } from "../../../models/llmCatalogue.ts";
import { assert } from "../../../sim/assert.ts";
import type { Seconds, Tokens } from "../../../sim/units.ts";
import type { CsvRow } from "../../csvTable.ts";
import { numberIn } from "../../csvTable.ts";
import type { AttentionTiming } from "./attention.ts";
import { decodeOf, prefillOf } from "./attention.ts";
import type { GemmTiming } from "./gemm.ts";
import { layerProducts } from "./gemm.ts";
import { median } from "./heldOut.ts";
import type { SmallKernelsTiming } from "./smallKernels.ts";
import { smallKernelsOf } from "./smallKernels.ts";

/** In the order of `layerProducts`. */
const productLayers = ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"];
/** How often a layer has each of its small kernels. */
const smallLayers = { layernorm: 2, qk_norm: 1, rotary_emb: 1, act_fn: 1 };
/** The step model counts no bytes of norms of queries and keys. */
const countedLayers = ["layernorm", "rotary_emb", "act_fn"] as const;
/** Up to this many tokens a small kernel does little but start. */
const startUpTokens = 8;
/** Chunks as vLLM forms them, contexts as they are served, and as many as such a GPU holds. */
const chunkTokensMin = 256;
const contextTokensMin = 256;
const contextTokensMax = 8192;
const cachedTokensMax = 2 ** 17;

/** LLMServingSim's table of the layers of a network in vLLM: a row times one kernel. */
export function servingGemms(
  table: readonly CsvRow[],
  { name, gpu }: { readonly name: string; readonly gpu: GpuSpec },
): GemmTiming[] {
  const rows = table.filter((row) => row["gpu"] === name);
  const networks = [...new Set(rows.map((row) => row["model"] ?? ""))];
  return networks.flatMap((network) => {
    const products = layerProducts(gpu, denseLayer(network), 1);
    return products.flatMap((gemm, index) =>
      rows
        .filter((row) => row["model"] === network && row["layer"] === productLayers[index])
        .map((row) => ({
          gemm,
          tokens: numberIn(row, "tokens"),
          durationS: numberIn(row, "time_us") / 1e6,
        })),
    );
  });
}

/** The norms, the rotary embedding and the activation of a layer. Networks are too few to hold out. */
export function servingSmallKernels(
  table: readonly CsvRow[],
  { name, gpu }: { readonly name: string; readonly gpu: GpuSpec },
): SmallKernelsTiming[] {
  const rows = table.filter((row) => row["gpu"] === name);
  const networks = [...new Set(rows.map((row) => row["model"] ?? ""))];
  return networks.flatMap((network) => {
    const kernels = smallKernelsOf(gpu, denseLayer(network), 1);
    const own = rows.filter((row) => row["model"] === network);
    return [...secondsByTokens(own)].map(([tokens, durationS]) => ({
      kernels,
      tokens,
      cluster: `${tokens} tokens`,
      durationS,
    }));
  });
}

/** Of the counted small kernels of one network, each as often as a layer has it. */
function secondsByTokens(rows: readonly CsvRow[]): Map<Tokens, Seconds> {
  const seconds = new Map<Tokens, Seconds>();
  for (const layer of countedLayers) {
    for (const row of rows.filter((candidate) => candidate["layer"] === layer)) {
      const tokens = numberIn(row, "tokens");
      const timeS = (smallLayers[layer] * numberIn(row, "time_us")) / 1e6;
      seconds.set(tokens, (seconds.get(tokens) ?? 0) + timeS);
    }
  }
  return seconds;
}

/** Seconds in which the norms, the rotary embedding and the activation of a layer start. */
export function servingSmallKernelsS(table: readonly CsvRow[], name: string): Seconds {
  const rows = table.filter(
    (row) => row["gpu"] === name && numberIn(row, "tokens") <= startUpTokens,
  );
  return Object.entries(smallLayers).reduce((sum, [layer, times]) => {
    const timesUs = rows
      .filter((row) => row["layer"] === layer)
      .map((row) => numberIn(row, "time_us"));
    return timesUs.length === 0 ? sum : sum + (times * median(timesUs)) / 1e6;
  }, 0);
}

/** Attention of one chunk beside sequences that decode, by what the step holds. */
export function servingAttention(
  table: readonly CsvRow[],
  name: string,
): Readonly<Record<"prefill" | "decode" | "mixed", AttentionTiming[]>> {
  const timings = table.filter((row) => row["gpu"] === name).map(attentionTiming);
  const chunks = timings.filter(({ shape }) => shape.prefillTokens >= chunkTokensMin);
  return {
    decode: timings.filter(({ shape }) => shape.prefillTokens === 0),
    prefill: chunks.filter(({ shape }) => shape.decodeSeqs === 0),
    mixed: chunks.filter(({ shape: { decodeSeqs, decodeContextTokens } }) => {
      const contextTokens = decodeContextTokens / decodeSeqs;
      return (
        contextTokens >= contextTokensMin &&
        contextTokens <= contextTokensMax &&
        decodeContextTokens <= cachedTokensMax
      );
    }),
  };
}

function attentionTiming(row: CsvRow): AttentionTiming {
  const { attention } = denseLayer(row["model"] ?? "");
  assert(attention.kind === "grouped", "the tables hold grouped attention");
  const { heads, kvHeads, headDim } = attention;
  const [chunk, seqs] = [numberIn(row, "prefill_chunk"), numberIn(row, "n_decode")];
  const prefill = prefillOf({
    seqs: chunk === 0 ? 0 : 1,
    tokens: chunk,
    earlierTokens: numberIn(row, "kv_prefill"),
  });
  const decode = decodeOf({ seqs, contextTokens: numberIn(row, "kv_decode") });
  return {
    layer: { heads, kvHeads, headDim, kvCacheDtype: "auto" },
    shape: {
      ...prefill,
      decodeSeqs: decode.decodeSeqs,
      decodeTokens: decode.decodeTokens,
      decodeContextTokens: decode.decodeContextTokens,
      decodeWindowTokens: decode.decodeWindowTokens,
    },
    cluster: `${chunk} beside ${seqs}`,
    durationS: numberIn(row, "time_us") / 1e6,
  };
}

function denseLayer(id: string): Pick<LlmSpec, "hiddenSize" | "attention"> & { mlp: Mlp } {
  const llm = llmById(id);
  assert(llm?.mlp !== undefined, `the catalogue has no dense network ${id}`);
  return { hiddenSize: llm.hiddenSize, attention: llm.attention, mlp: { ...llm.mlp, layers: 1 } };
}
