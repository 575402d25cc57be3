import { decodeAttentionTimeS, prefillAttentionTimeS } from "../../../models/attention.ts";
import type { GpuSpec } from "../../../models/gpu.ts";
import type { Seconds } from "../../../sim/units.ts";
import type { AttentionTiming } from "./attention.ts";
import { peakAttention } from "./attention.ts";
import type { HeldOutFit } from "./heldOut.ts";
import { heldOutFit } from "./heldOut.ts";

/** What attention alone reaches on the GPU: prefill's compute, decode's memory, its start-up. */
export interface AttentionConstants {
  readonly computeEfficiencyRatio: number;
  readonly memoryEfficiencyRatio: number;
  readonly startUpS: Seconds;
}

export type MixedAttentionFit = HeldOutFit<{ decodeFactor: number }>;

/**
 * How much longer decode attention takes in a step that also prefills: the kernel's time is that
 * of its prefill part plus this factor x that of its decode part.
 */
export function fitMixedAttention(
  gpu: GpuSpec,
  timings: readonly AttentionTiming[],
  { computeEfficiencyRatio, memoryEfficiencyRatio, startUpS }: AttentionConstants,
): MixedAttentionFit {
  const rows = timings.map(({ layer, shape, cluster, durationS }) => {
    const peaks = peakAttention(gpu, layer);
    const rates = {
      flopPerS: computeEfficiencyRatio * peaks.prefill.flopPerS,
      bytesPerS: memoryEfficiencyRatio * peaks.prefill.bytesPerS,
    };
    const attention = { ...peaks, prefill: rates, decode: rates };
    return {
      prefillS: startUpS + prefillAttentionTimeS(attention, shape),
      decodeS: decodeAttentionTimeS(attention, shape),
      cluster,
      observed: durationS,
    };
  });
  return heldOutFit({
    rows,
    predict: ({ decodeFactor }, { prefillS, decodeS }) => prefillS + decodeFactor * decodeS,
    start: { decodeFactor: 1.5 },
    min: { decodeFactor: 0.1 },
    max: { decodeFactor: 20 },
  });
}
