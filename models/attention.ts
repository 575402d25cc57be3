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
  /** Times that a decode step moves each cached byte: 1 where attention reads the cache as it lies. */
  readonly decodeMoves: number;
  /** Rates that the kernels reach: efficiency times peak. In decode the bytes are all that are moved. */
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
  const decodeRates = rates(timeFactors.kvFactor);
  const moves = decodeMoves(config);
  return {
    full: sums(llm.layers - windowLayers),
    window: sums(windowLayers),
    windowTokens: llm.slidingWindow?.tokens ?? Number.POSITIVE_INFINITY,
    peakFlopPerS,
    decodeMoves: moves.readRatio + moves.copiedRatio,
    prefill: rates(timeFactors.prefillAttentionFactor),
    decode: { ...decodeRates, bytesPerS: decodeBytesPerS(config, moves, decodeRates.bytesPerS) },
  };
}

/** Times that attention reads each cached byte in a decode step, and that copies before it read or write it. */
interface DecodeMoves {
  readonly readRatio: number;
  readonly copiedRatio: number;
}

/** Copied for each query head of a group, a cached byte is read once, written and read once a head. */
function decodeMoves({ llm: { attention }, stack }: StepConfig): DecodeMoves {
  const group = attention.kind === "grouped" ? attention.heads / attention.kvHeads : 1;
  const { kvAppendMoves, kvRepeatedRatio } = stack;
  if (group === 1) return { readRatio: 1, copiedRatio: kvAppendMoves };
  return {
    readRatio: 1 + kvRepeatedRatio * (group - 1),
    copiedRatio: kvAppendMoves + kvRepeatedRatio * (1 + group),
  };
}

/** Copies move memory as the small kernels do. */
function decodeBytesPerS(
  { calibration, stack, gpu }: StepConfig,
  { readRatio, copiedRatio }: DecodeMoves,
  attentionBytesPerS: BytesPerSecond,
): BytesPerSecond {
  if (copiedRatio === 0) return attentionBytesPerS;
  const copyBytesPerS =
    calibration.smallKernelMemoryEfficiencyRatio *
    stack.kernelEfficiencyRatio *
    gpu.bandwidthBytesPerS;
  return (readRatio + copiedRatio) / (readRatio / attentionBytesPerS + copiedRatio / copyBytesPerS);
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
  { full, window, decodeMoves }: Attention,
  shape: Readonly<BatchShape>,
): Bytes {
  return (
    decodeMoves *
    (shape.decodeContextTokens * full.kvBytesPerToken +
      shape.decodeWindowTokens * window.kvBytesPerToken)
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
