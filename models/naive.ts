import type { StepModel } from "../sim/ports.ts";
import type { Watts } from "../sim/units.ts";
import type { GpuSpec } from "./gpu.ts";

/** Watts of one GPU from its MFU alone; what the estimates below have in common. */
export interface NaivePower {
  readonly powerW: (mfu: number) => Watts;
  /** MFU beyond which the watts no longer rise; Infinity where they always do, or never. */
  readonly kneeMfu: number;
}

/** P = idle + (max - idle) x min(1, (MFU / knee)^exponent). */
export interface MfuCurve {
  readonly idleW: Watts;
  readonly maxW: Watts;
  readonly kneeMfu: number;
  readonly exponent: number;
}

export function mfuOnly({ idleW, maxW, kneeMfu, exponent }: MfuCurve): NaivePower {
  return {
    powerW: (mfu) => idleW + (maxW - idleW) * Math.min(1, (mfu / kneeMfu) ** exponent),
    kneeMfu,
  };
}

/** Idle and highest watts that Vidur-Energy prints (arXiv 2507.11417). */
const vidurEnergyW: Readonly<Record<string, { readonly idleW: Watts; readonly maxW: Watts }>> = {
  "A100-SXM": { idleW: 100, maxW: 400 },
  "H100-SXM": { idleW: 60, maxW: 700 },
  A40: { idleW: 30, maxW: 300 },
};

/** The curve of arXiv 2507.11417 with its knee and exponent; GPUs it doesn't print have their own watts. */
export function publishedMfuCurve({ id, idleNoContextW, tdpW }: GpuSpec): MfuCurve {
  const watts = vidurEnergyW[id] ?? { idleW: idleNoContextW, maxW: tdpW };
  return { ...watts, kneeMfu: 0.45, exponent: 0.7 };
}

/** The estimates that take nothing but a data sheet, to be beaten. */
export function naivePowers(gpu: GpuSpec) {
  const { tdpW } = gpu;
  const rises = { kneeMfu: Number.POSITIVE_INFINITY };
  return {
    mfu_only_published: mfuOnly(publishedMfuCurve(gpu)),
    /** TDP / peak x FLOPs, as the idealised baseline of arXiv 2504.17674, on the dense peak. */
    flops_times_tdp: { powerW: (mfu: number) => tdpW * mfu, ...rises },
    /** The same on the peak with sparsity, twice the dense one, which that paper takes. */
    flops_times_tdp_sparse: { powerW: (mfu: number) => (tdpW * mfu) / 2, ...rises },
    tdp_times_time: { powerW: () => tdpW, ...rises },
  } as const satisfies Record<string, NaivePower>;
}

/** The same steps, as long as they were, with the joules of a naive estimate. */
export function naivelyPowered(
  model: StepModel,
  { powerW, kneeMfu }: NaivePower,
  gpus: number,
): StepModel {
  return {
    ...model,
    price: (shape, cost) => {
      model.price(shape, cost);
      const energyJ = powerW(cost.mfu) * cost.durationS * gpus;
      const ratio = energyJ / cost.energyJ;
      cost.energyJ = energyJ;
      cost.energyPerSeqJ *= ratio;
      cost.energyPerContextTokenJ *= ratio;
      cost.regime = 2 * cost.regime + (cost.mfu > kneeMfu ? 1 : 0);
    },
  };
}
