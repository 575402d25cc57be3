import type { Bytes } from "../sim/units.ts";
import type { Checkpoint, LlmSpec, Quantization } from "./llm.ts";

type Part =
  | "embedding"
  | "lmHead"
  | "attention"
  | "denseMlp"
  | "experts"
  | "sharedExperts"
  | "other";

/** Served in 16 bits, whatever the checkpoint holds: vLLM's dtype auto. */
const unquantizedBytes: Bytes = 2;

/** Memory of all weights, all GPUs together. */
export function weightBytes(llm: LlmSpec, quantization: Quantization): Bytes {
  const parts = weightBytesByPart(llm, quantization);
  return Object.values(parts).reduce((sum, bytes) => sum + bytes, 0);
}

/**
 * The same by part. Embeddings, head, norms and routers stay in 16 bits; the rest is narrow where
 * `coverage` says so.
 */
export function weightBytesByPart(
  llm: LlmSpec,
  quantization: Quantization,
): Readonly<Record<Part, Bytes>> {
  const { parameters, checkpoint } = llm;
  const own = quantization === checkpoint.quantization;
  const quantized = coverage(checkpoint, quantization);
  const small = bytesPerWeight(quantization, own ? checkpoint.groupSize : undefined);
  const large = unquantizedBytes;
  const mlp = quantized === "mlp" || quantized === "linear" ? small : large;
  return {
    embedding: parameters.embedding * large,
    lmHead: parameters.lmHead * large,
    attention: parameters.attention * (quantized === "linear" ? small : large),
    denseMlp: parameters.denseMlp * mlp,
    experts: parameters.experts * (quantized === "none" ? large : small),
    sharedExperts: parameters.sharedExperts * mlp,
    other: parameters.other * large,
  };
}

/**
 * What a quantisation covers. The checkpoint's own: what it covers there. Of a 16-bit checkpoint:
 * every linear layer, as vLLM quantises. A re-quantisation of one that is narrow already: the MLPs,
 * while attention is in 16 bits, as in NVIDIA's NVFP4 releases of DeepSeek-V3.1, MiniMax-M2.5 and
 * Kimi-K2.5 (hf_quant_config.json); for other formats that is assumed.
 */
function coverage(checkpoint: Checkpoint, quantization: Quantization): Checkpoint["quantized"] {
  if (quantization === checkpoint.quantization) return checkpoint.quantized;
  return checkpoint.quantization === "none" ? "linear" : "mlp";
}

/**
 * Bytes of one quantised weight and its share of the scale. int4: one 16-bit scale for each group,
 * 128 weights where not said, as GPTQ and AWQ checkpoints have it. mxfp4: one 8-bit scale for 32
 * (OCP Microscaling Formats 1.0). nvfp4: one 8-bit scale for 16 (NVIDIA, Blackwell). Scales of fp8
 * and int8, one for a channel or a 128 x 128 block, are left out: less than 0.1 %.
 */
function bytesPerWeight(quantization: Quantization, groupSize: number | undefined): Bytes {
  switch (quantization) {
    case "none":
      return unquantizedBytes;
    case "fp8":
    case "int8":
      return 1;
    case "int4":
      return 0.5 + 2 / (groupSize ?? 128);
    case "mxfp4":
      return 0.5 + 1 / 32;
    case "nvfp4":
      return 0.5 + 1 / 16;
  }
}

/** GPUs over which a network's weights are divided. */
export interface Division {
  readonly tensorParallel: number;
  readonly dataParallel: number;
}

/**
 * Weights on one GPU. Tensor parallelism divides all of them, data parallelism the experts; left
 * out is what is copied: norms, routers, the down-projections of latent attention, and key and value
 * projections where there are more GPUs than key-value heads.
 */
export function weightBytesPerGpu(
  llm: LlmSpec,
  quantization: Quantization,
  { tensorParallel, dataParallel }: Division,
): Bytes {
  const { experts } = weightBytesByPart(llm, quantization);
  const copied = weightBytes(llm, quantization) - experts;
  return (copied + experts / dataParallel) / tensorParallel;
}

/** KV cache that one token takes in all layers, sliding windows not yet full. */
export function kvBytesPerToken(llm: LlmSpec, bytesPerElement: Bytes): Bytes {
  return kvBytesPerTokenPerGpu(llm, bytesPerElement, 1);
}

/**
 * The same on each GPU. A GPU holds at least one whole key-value head; latent vectors have no heads
 * to divide, so that every GPU holds all of them.
 */
export function kvBytesPerTokenPerGpu(
  { layers, attention }: LlmSpec,
  bytesPerElement: Bytes,
  tensorParallel: number,
): Bytes {
  if (attention.kind === "latent") {
    return layers * (attention.kvLoraRank + attention.ropeHeadDim) * bytesPerElement;
  }
  const heads = Math.ceil(attention.kvHeads / tensorParallel);
  return 2 * layers * heads * attention.headDim * bytesPerElement;
}
