import type { Seconds } from "../sim/units.ts";
import type { Attention } from "./attention.ts";
import { attentionOf } from "./attention.ts";
import type { AllReduces } from "./collectives.ts";
import { allReduces } from "./collectives.ts";
import type { Gemm } from "./gemm.ts";
import type { StepConfig } from "./matrices.ts";
import { headGemm, routedExperts, tokenGemms } from "./matrices.ts";
import type { Experts } from "./moe.ts";
import type { PowerCurve } from "./power.ts";
import { powerCurve } from "./power.ts";

/** What a step consists of, on one GPU: everything but the batch. */
export interface StepPlan {
  readonly gemms: readonly Gemm[];
  readonly experts: Experts | undefined;
  readonly head: Gemm;
  readonly attention: Attention;
  readonly allReduces: AllReduces;
  /** GPU-busy seconds in which all layers' kernels start. */
  readonly startUpS: Seconds;
  /** Host seconds to launch all layers; 0 with graphs. */
  readonly launchS: Seconds;
  readonly power: PowerCurve;
}

export function stepPlan(config: StepConfig): StepPlan {
  const { gpu, calibration, llm, stack, tensorParallel } = config;
  const { fabric, pcie } = calibration.allReduce;
  const reduces = allReduces(gpu.interconnect.kind === "pcie" ? pcie : fabric, {
    gpu,
    gpus: tensorParallel,
    layers: llm.layers,
    bytesPerToken: 2 * llm.hiddenSize,
  });
  return {
    gemms: tokenGemms(config),
    experts: routedExperts(config),
    head: headGemm(config),
    attention: attentionOf(config),
    allReduces: { ...reduces, startUpS: reduces.startUpS * stack.kernelStartUpRatio },
    startUpS: llm.layers * calibration.layerStartUpS * stack.kernelStartUpRatio,
    launchS: llm.layers * stack.launchPerLayerS,
    power: powerCurve(gpu, calibration.power),
  };
}
