import type { GpuSpec } from "../../../models/gpu.ts";
import type { LlmSpec } from "../../../models/llm.ts";
import type { SmallKernels } from "../../../models/smallKernels.ts";
import { smallKernels, smallKernelsTimeS } from "../../../models/smallKernels.ts";
import type { Seconds, Tokens } from "../../../sim/units.ts";
import type { HeldOutFit } from "./heldOut.ts";
import { heldOutFit } from "./heldOut.ts";
import { oneLayer } from "./oneLayer.ts";

/** The norms, the rotary embedding and the activation of a layer, at the peak of the data sheet. */
export interface SmallKernelsTiming {
  readonly kernels: SmallKernels;
  readonly tokens: Tokens;
  /** Timings of one cluster are held out together. */
  readonly cluster: string;
  readonly durationS: Seconds;
}

export type SmallKernelsFit = HeldOutFit<{ memoryEfficiencyRatio: number; startUpS: number }>;

/**
 * The share of bandwidth of `smallKernelsTimeS`. Timings that beat the roofline stay: what a product
 * has just written is found in the cache where LLMs are served too.
 */
export function fitSmallKernels(timings: readonly SmallKernelsTiming[]): SmallKernelsFit {
  return heldOutFit({
    rows: timings.map(({ durationS: observed, ...row }) => ({ ...row, observed })),
    predict: ({ memoryEfficiencyRatio, startUpS }, { kernels, tokens }) => {
      const bytesPerS = memoryEfficiencyRatio * kernels.bytesPerS;
      return startUpS + smallKernelsTimeS({ ...kernels, bytesPerS }, tokens);
    },
    start: { memoryEfficiencyRatio: 0.7, startUpS: 1e-5 },
    min: { memoryEfficiencyRatio: 0.05, startUpS: 1e-7 },
    max: { memoryEfficiencyRatio: 0.99, startUpS: 1e-3 },
  });
}

/** Those of one layer on one GPU of `tensorParallel`. */
export function smallKernelsOf(
  gpu: GpuSpec,
  layer: Pick<LlmSpec, "hiddenSize" | "attention" | "mlp">,
  tensorParallel: number,
): SmallKernels {
  return smallKernels(oneLayer({ gpu, tensorParallel, parts: layer }));
}
