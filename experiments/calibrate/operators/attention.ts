import type { Attention } from "../../../models/attention.ts";
import {
  attentionOf,
  decodeAttentionTimeS,
  prefillAttentionTimeS,
} from "../../../models/attention.ts";
import type { GpuSpec } from "../../../models/gpu.ts";
import { type BatchShape, emptyShape } from "../../../sim/ports.ts";

import type { Seconds, Tokens, Watts } from "../../../sim/units.ts";
import type { HeldOutFit } from "./heldOut.ts";
import { heldOutFit } from "./heldOut.ts";
import { oneLayer } from "./oneLayer.ts";

/** The heads of one layer on one GPU, and the KV cache that they read. */
export interface AttentionHeads {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly kvCacheDtype: "auto" | "fp8";
}

export interface AttentionTiming {
  readonly layer: AttentionHeads;
  readonly shape: BatchShape;
  /** Timings of one cluster are held out together. */
  readonly cluster: string;
  readonly durationS: Seconds;
  /** Where it was metered too. */
  readonly powerW?: Watts;
}

export type DecodeAttentionFit = HeldOutFit<{ memoryEfficiencyRatio: number; startUpS: number }>;
export type PrefillAttentionFit = HeldOutFit<{
  computeEfficiencyRatio: number;
  queryMemoryEfficiencyRatio: number;
  startUpS: number;
}>;

/** Prompts, or chunks of them, of equal length. */
export function prefillOf({
  seqs,
  tokens,
  earlierTokens,
}: {
  readonly seqs: number;
  readonly tokens: Tokens;
  readonly earlierTokens: Tokens;
}): BatchShape {
  const pairs = seqs * tokens * (earlierTokens + (tokens + 1) / 2);
  return {
    ...emptyShape(),
    prefillSeqs: seqs,
    prefillTokens: seqs * tokens,
    prefillPairs: pairs,
    prefillWindowPairs: pairs,
    prefillContextTokens: seqs * earlierTokens,
  };
}

/** Sequences that decode a token each at the same context. */
export function decodeOf({
  seqs,
  contextTokens,
}: {
  readonly seqs: number;
  readonly contextTokens: Tokens;
}): BatchShape {
  return {
    ...emptyShape(),
    decodeSeqs: seqs,
    decodeTokens: seqs,
    decodeContextTokens: seqs * contextTokens,
    decodeWindowTokens: seqs * contextTokens,
  };
}

/** Attention at the peaks of the data sheet. */
export function peakAttention(gpu: GpuSpec, layer: AttentionHeads): Attention {
  const { kvCacheDtype, ...heads } = layer;
  return attentionOf(
    oneLayer({ gpu, kvCacheDtype, parts: { attention: { kind: "grouped", ...heads } } }),
  );
}

/** The share of bandwidth of `decodeAttentionTimeS`. */
export function fitDecodeAttention(
  gpu: GpuSpec,
  timings: readonly AttentionTiming[],
): DecodeAttentionFit {
  return heldOutFit({
    rows: attentionRows(gpu, timings, decodeAttentionTimeS),
    predict: ({ memoryEfficiencyRatio, startUpS }, { peaks, shape }) => {
      const bytesPerS = memoryEfficiencyRatio * peaks.decode.bytesPerS;
      const decode = { ...peaks.decode, bytesPerS };
      return startUpS + decodeAttentionTimeS({ ...peaks, decode }, shape);
    },
    start: { memoryEfficiencyRatio: 0.7, startUpS: 1e-5 },
    min: { memoryEfficiencyRatio: 0.05, startUpS: 1e-7 },
    max: { memoryEfficiencyRatio: 0.99, startUpS: 1e-3 },
  });
}

/**
 * The share of peak of `prefillAttentionTimeS`, which reads its KV cache as decode does. Queries
 * are read and outputs written too, at their own share of bandwidth: it counts in short prompts.
 */
export function fitPrefillAttention(
  gpu: GpuSpec,
  timings: readonly AttentionTiming[],
  decodeMemoryEfficiencyRatio: number,
): PrefillAttentionFit {
  return heldOutFit({
    rows: attentionRows(gpu, timings, prefillAttentionTimeS),
    predict: (constants, { peaks, shape, queryBytes }) => {
      const prefill = {
        flopPerS: constants.computeEfficiencyRatio * peaks.prefill.flopPerS,
        bytesPerS: decodeMemoryEfficiencyRatio * peaks.prefill.bytesPerS,
      };
      const queryBytesPerS = constants.queryMemoryEfficiencyRatio * peaks.prefill.bytesPerS;
      return (
        constants.startUpS +
        queryBytes / queryBytesPerS +
        prefillAttentionTimeS({ ...peaks, prefill }, shape)
      );
    },
    start: { computeEfficiencyRatio: 0.5, queryMemoryEfficiencyRatio: 0.5, startUpS: 1e-5 },
    min: { computeEfficiencyRatio: 0.05, queryMemoryEfficiencyRatio: 0.01, startUpS: 1e-7 },
    max: { computeEfficiencyRatio: 0.99, queryMemoryEfficiencyRatio: 0.99, startUpS: 1e-3 },
  });
}

/** Timings below the roofline are left out: their keys came from a cache. */
function attentionRows(
  gpu: GpuSpec,
  timings: readonly AttentionTiming[],
  timeS: (attention: Attention, shape: BatchShape) => Seconds,
) {
  const layouts = new Map<string, Attention>();
  return timings.flatMap(({ layer, shape, cluster, durationS: observed }) => {
    const key = JSON.stringify(layer);
    const peaks = layouts.get(key) ?? peakAttention(gpu, layer);
    layouts.set(key, peaks);
    const queryBytes = 2 * 2 * layer.heads * layer.headDim * shape.prefillTokens;
    return observed < timeS(peaks, shape) ? [] : [{ peaks, shape, queryBytes, cluster, observed }];
  });
}
