import type { BatchShape } from "../sim/ports.ts";
import type { Bytes, BytesPerSecond, FlopPerSecond, Seconds, Tokens } from "../sim/units.ts";
import type { StepConfig } from "./matrices.ts";
import { peak, reachedRatio } from "./matrices.ts";
import { kvBytesPerTokenPerGpu } from "./weights.ts";

/** Attention on one GPU: sums over its full layers and over its sliding-window layers. */
export interface Attention {
  readonly full: LayerSums;
  readonly window: LayerSums;
  readonly windowTokens: Tokens;
  readonly peakFlopPerS: FlopPerSecond;
  /** Rates that the kernels reach: efficiency times peak. */
  readonly prefill: KernelRates;
  readonly decode: KernelRates;
}

interface KernelRates {
  readonly flopPerS: FlopPerSecond;
  readonly bytesPerS: BytesPerSecond;
}

interface LayerSums {
  /** Of one query-key pair in prefill. */
  readonly flopPerPair: number;
  /** Of one query and one cached key in decode. */
  readonly flopPerKey: number;
  readonly kvBytesPerToken: Bytes;
}

export function attentionOf(config: StepConfig): Attention {
  const { llm, gpu, calibration, stack, tensorParallel, precision } = config;
  const { flopPerPair, flopPerKey } = flopPerLayer(config);
  const kvBytes = kvBytesPerTokenPerGpu(llm, precision.kvBytesPerElement, tensorParallel);
  const windowLayers = llm.slidingWindow?.layers ?? 0;
  const peakFlopPerS = peak(gpu, precision.dtypeComputeType);
  const { timeFactors, prefillComputeEfficiencyRatio } = calibration;
  const memoryEfficiencyRatio =
    precision.kvBytesPerElement === 1
      ? calibration.fp8DecodeMemoryEfficiencyRatio
      : calibration.decodeMemoryEfficiencyRatio;
  const rates = (factor: number): KernelRates => ({
    flopPerS: reachedRatio(prefillComputeEfficiencyRatio, { stack, factor }) * peakFlopPerS,
    bytesPerS: reachedRatio(memoryEfficiencyRatio, { stack, factor }) * gpu.bandwidthBytesPerS,
  });
  const sums = (layers: number): LayerSums => ({
    flopPerPair: layers * flopPerPair,
    flopPerKey: layers * flopPerKey,
    kvBytesPerToken: (layers / llm.layers) * kvBytes,
  });
  return {
    full: sums(llm.layers - windowLayers),
    window: sums(windowLayers),
    windowTokens: llm.slidingWindow?.tokens ?? Number.POSITIVE_INFINITY,
    peakFlopPerS,
    prefill: rates(timeFactors.prefillAttentionFactor),
    decode: rates(timeFactors.kvFactor),
  };
}

export function prefillAttentionFlop({ full, window }: Attention, shape: Readonly<BatchShape>) {
  return shape.prefillPairs * full.flopPerPair + shape.prefillWindowPairs * window.flopPerPair;
}

/** The chunks' own keys and values, and those of earlier chunks: in a window at most the window. */
export function prefillAttentionBytes(attention: Attention, shape: Readonly<BatchShape>): Bytes {
  const { prefillTokens, prefillContextTokens, prefillSeqs } = shape;
  if (prefillTokens === 0) return 0;
  const windowContext = Math.min(prefillContextTokens, prefillSeqs * attention.windowTokens);
  return (
    (prefillTokens + prefillContextTokens) * attention.full.kvBytesPerToken +
    (prefillTokens + windowContext) * attention.window.kvBytesPerToken
  );
}

/** Compute and memory add up: published prefill tables fit the sum better than the maximum. */
export function prefillAttentionTimeS(attention: Attention, shape: Readonly<BatchShape>): Seconds {
  return (
    prefillAttentionFlop(attention, shape) / attention.prefill.flopPerS +
    prefillAttentionBytes(attention, shape) / attention.prefill.bytesPerS
  );
}

/** Each token of a sequence meets every key: more than one where drafts are verified. */
export function decodeAttentionFlop({ full, window }: Attention, shape: Readonly<BatchShape>) {
  if (shape.decodeSeqs === 0) return 0;
  const flopPerQuery =
    shape.decodeContextTokens * full.flopPerKey + shape.decodeWindowTokens * window.flopPerKey;
  return (shape.decodeTokens / shape.decodeSeqs) * flopPerQuery;
}

export function decodeAttentionBytes(
  { full, window }: Attention,
  shape: Readonly<BatchShape>,
): Bytes {
  return (
    shape.decodeContextTokens * full.kvBytesPerToken +
    shape.decodeWindowTokens * window.kvBytesPerToken
  );
}

/**
 * Memory time, or compute time where latent attention or drafts make it longer. FLOPs and bytes
 * are in the same ratio on all layers, so that this is linear in the contexts.
 */
export function decodeAttentionTimeS(attention: Attention, shape: Readonly<BatchShape>): Seconds {
  return Math.max(
    decodeAttentionBytes(attention, shape) / attention.decode.bytesPerS,
    decodeAttentionFlop(attention, shape) / attention.decode.flopPerS,
  );
}

/**
 * Two FLOPs for each element of a key that a query meets, two for each of its value. Latent
 * attention expands keys and values in prefill; in decode the queries meet the latent vectors.
 */
function flopPerLayer({ llm: { attention }, tensorParallel }: StepConfig): {
  flopPerPair: number;
  flopPerKey: number;
} {
  const heads = attention.heads / tensorParallel;
  if (attention.kind === "grouped") {
    const flop = 4 * heads * attention.headDim;
    return { flopPerPair: flop, flopPerKey: flop };
  }
  const { kvLoraRank, ropeHeadDim, nopeHeadDim, valueHeadDim } = attention;
  return {
    flopPerPair: 2 * heads * (nopeHeadDim + ropeHeadDim + valueHeadDim),
    flopPerKey: 2 * heads * (kvLoraRank + ropeHeadDim + kvLoraRank),
  };
}
