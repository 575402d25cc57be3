import type { BatchShape } from "../sim/ports.ts";
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
import type { Sampling } from "./sampling.ts";
import { samplingOf } from "./sampling.ts";
import type { SmallKernels } from "./smallKernels.ts";
import { smallKernels } from "./smallKernels.ts";

/** What a step consists of, on one GPU: everything but the batch. */
export interface StepPlan {
  readonly gemms: readonly Gemm[];
  readonly experts: Experts | undefined;
  readonly smallKernels: SmallKernels;
  readonly head: Gemm;
  /** Whether the head runs on every position of a prompt, not only on those sampled. */
  readonly headOnPrompts: boolean;
  /** undefined where choosing words costs no more than the fitted constants hold. */
  readonly sampling: Sampling | undefined;
  readonly attention: Attention;
  readonly mixedDecodeAttentionFactor: number;
  /** Over the GPUs of tensor parallelism, and over all that share the experts. */
  readonly allReduces: readonly AllReduces[];
  /** GPU-busy seconds in which all layers' kernels start. */
  readonly startUpS: Seconds;
  /** Host seconds to launch all layers in a step that decodes only; 0 with graphs. */
  readonly launchS: Seconds;
  /** The same in a step that prefills. */
  readonly prefillLaunchS: Seconds;
  readonly power: PowerCurve;
}

export function stepPlan(config: StepConfig): StepPlan {
  const { gpu, calibration, llm, stack } = config;
  return {
    gemms: tokenGemms(config),
    experts: routedExperts(config),
    smallKernels: smallKernels(config),
    head: headGemm(config),
    headOnPrompts: stack.promptLogitBytes > 0,
    sampling: samplingOf(config),
    attention: attentionOf(config),
    mixedDecodeAttentionFactor: calibration.mixedDecodeAttentionFactor,
    allReduces: allReducesOf(config),
    startUpS: llm.layers * calibration.layerStartUpS * stack.kernelStartUpRatio,
    launchS: llm.layers * calibration.launchPerLayerS,
    prefillLaunchS: llm.layers * calibration.prefillLaunchPerLayerS,
    power: powerCurve(gpu, llm.moe === undefined ? calibration.power : calibration.moePower),
  };
}

/** Host seconds to launch the step, while the GPU works. */
export function launchTimeS(plan: StepPlan, { prefillTokens }: Readonly<BatchShape>): Seconds {
  return prefillTokens > 0 ? plan.prefillLaunchS : plan.launchS;
}

/** Rows of the output head: positions whose logits are computed. */
export function headRows({ headOnPrompts }: StepPlan, shape: Readonly<BatchShape>): number {
  if (!headOnPrompts || shape.prefillTokens === 0) return shape.sampledSeqs;
  return shape.prefillTokens + shape.decodeTokens;
}

/**
 * One all-reduce after attention and one after the MLP of each layer. Where ranks share experts, all
 * tokens are gathered before these and what comes of them is summed and scattered after: two
 * collectives, each of which moves half as much as an all-reduce.
 */
function allReducesOf(config: StepConfig): AllReduces[] {
  const { gpu, calibration, llm, stack, tensorParallel, dataParallel } = config;
  const { fabric, pcie } = calibration.allReduce;
  const over = (gpus: number, count: number, tokensPerToken: number): AllReduces => {
    const reduces = allReduces(gpu.interconnect.kind === "pcie" ? pcie : fabric, {
      gpu,
      gpus,
      count,
      bytesPerToken: tokensPerToken * 2 * llm.hiddenSize,
      factor: calibration.timeFactors.allReduceFactor,
    });
    return { ...reduces, startUpS: reduces.startUpS * stack.kernelStartUpRatio };
  };
  const shared = dataParallel === 1 ? 0 : (llm.moe?.layers ?? 0);
  const gathers = over(tensorParallel * dataParallel, 2 * shared, dataParallel / 2);
  const all: AllReduces[] = [
    over(tensorParallel, 2 * llm.layers - shared, 1),
    { ...gathers, kind: "all-gather and reduce-scatter" },
  ];
  return all.filter(({ count }) => count > 0);
}
