import {
  type BatchShape,
  emptyCost,
  emptyShape,
  type StepCost,
  type StepModel,
} from "../sim/ports.ts";
import type { Tokens } from "../sim/units.ts";
import { allReduces, allReduceTimeS } from "./collectives.ts";
import type { LlmSpec } from "./llm.ts";
import type { StepConfig } from "./matrices.ts";
import { powerCurve, uncappedPowerW } from "./power.ts";
import { stepModel } from "./stepTime.ts";

/** Layers laid over stages, each a group of tensor-parallel GPUs. */
export interface Pipeline {
  readonly config: StepConfig;
  readonly stages: number;
  /** Most prompt tokens of one micro-batch. */
  readonly maxBatchedTokens: Tokens;
}

/** What the fullest stage holds: its part of the layers, and one of embedding and head. */
export function stageOf(llm: LlmSpec, stages: number): LlmSpec {
  if (stages === 1) return llm;
  const ratio = 1 / stages;
  const { slidingWindow, mlp, moe, parameters } = llm;
  const share = <Part extends { readonly layers: number }>(part: Part): Part => ({
    ...part,
    layers: part.layers * ratio,
  });
  return {
    ...llm,
    layers: llm.layers * ratio,
    slidingWindow: slidingWindow && share(slidingWindow),
    mlp: mlp && share(mlp),
    moe: moe && share(moe),
    parameters: {
      ...parameters,
      lmHead: 0,
      attention: parameters.attention * ratio,
      denseMlp: parameters.denseMlp * ratio,
      experts: parameters.experts * ratio,
      sharedExperts: parameters.sharedExperts * ratio,
      other: parameters.other * ratio,
    },
  };
}

/**
 * Prices a rotation as one step: the batch goes round the stages in micro-batches, as many as there
 * are stages where there are sequences enough, and every sequence gains its token. A rotation lasts as long as
 * the heaviest micro-batch takes through all stages, or as the fullest stage takes for all
 * micro-batches. GPUs that wait for one do so in a kernel, which draws the busy watts.
 */
export function pipelinedModel({ config, stages, maxBatchedTokens }: Pipeline): StepModel {
  const whole = stepModel(config);
  if (stages === 1) return whole;
  const stage = stepModel({ ...config, llm: stageOf(config.llm, stages) });
  const power = powerCurve(
    config.gpu,
    config.llm.moe === undefined ? config.calibration.power : config.calibration.moePower,
  );
  const waitingW = Math.min(power.capW, uncappedPowerW(power, { dutyRatio: 1, mfu: 0, mbu: 0 }));
  const hop = hopOf(config);
  const shape = emptyShape();
  const part = emptyCost();
  const sum = { passS: 0, stageS: 0, energyJ: 0, gpuBusyS: 0, mfuS: 0, mbuS: 0, heaviestS: 0 };

  /** Adds `count` micro-batches of that shape. */
  function add(count: number): void {
    whole.price(shape, part);
    const passS = part.durationS;
    sum.passS += count * passS;
    sum.energyJ += count * part.energyJ;
    sum.gpuBusyS += count * part.gpuBusyS;
    sum.mfuS += count * part.mfu * passS;
    sum.mbuS += count * part.mbu * passS;
    const hopsS = stages * allReduceTimeS(hop, shape.prefillTokens + shape.decodeTokens);
    sum.heaviestS = Math.max(sum.heaviestS, passS + hopsS);
  }

  function addStage(count: number): void {
    stage.price(shape, part);
    sum.stageS += count * part.durationS;
  }

  function price(step: Readonly<BatchShape>, cost: StepCost): void {
    const { prefillTokens, decodeSeqs, decodeContextTokens } = step;
    const chunks = Math.min(stages, Math.ceil(prefillTokens / maxBatchedTokens));
    const batches = Math.max(chunks, Math.min(stages, decodeSeqs));
    Object.assign(sum, empty);
    if (chunks > 0) {
      describeShare(step, shape, { batches, chunks });
      addStage(chunks);
      add(chunks);
    }
    if (batches > chunks) {
      describeShare(step, shape, { batches, chunks: 0 });
      addStage(batches - chunks);
      add(batches - chunks);
    }
    const isStageBound = sum.stageS > sum.heaviestS;
    const durationS = Math.max(sum.stageS, sum.heaviestS);
    const waitingS = stages * durationS - sum.passS;
    cost.durationS = durationS;
    cost.gpuBusyS = sum.gpuBusyS / stages;
    cost.energyJ = sum.energyJ + config.tensorParallel * waitingW * waitingS;
    cost.mfu = sum.mfuS / (stages * durationS);
    cost.mbu = sum.mbuS / (stages * durationS);
    cost.regime = 2 * part.regime + (isStageBound ? 1 : 0);
    // `part` is that of the last micro-batch; a mixed step is split elsewhere.
    const decodes = prefillTokens === 0 && decodeSeqs > 0;
    const contextJ = decodes ? part.energyPerContextTokenJ * decodeContextTokens : 0;
    cost.energyPerContextTokenJ = decodes ? part.energyPerContextTokenJ : 0;
    cost.energyPerSeqJ = decodes ? (cost.energyJ - contextJ) / decodeSeqs : 0;
  }

  return { price, prefillFlop: whole.prefillFlop, windowTokens: whole.windowTokens };
}

const empty = { passS: 0, stageS: 0, energyJ: 0, gpuBusyS: 0, mfuS: 0, mbuS: 0, heaviestS: 0 };

/** Hidden states go to the next stage over the links of tensor parallelism, between two GPUs. */
function hopOf({ gpu, calibration, llm }: StepConfig) {
  const { fabric, pcie } = calibration.allReduce;
  return allReduces(gpu.interconnect.kind === "pcie" ? pcie : fabric, {
    gpu,
    gpus: 2,
    count: 1,
    bytesPerToken: 2 * llm.hiddenSize,
    factor: calibration.timeFactors.allReduceFactor,
  });
}

/** One of `batches` micro-batches that are alike in what decodes; `chunks` of them share the prompts. */
function describeShare(
  step: Readonly<BatchShape>,
  share: BatchShape,
  { batches, chunks }: { readonly batches: number; readonly chunks: number },
): void {
  const prefill = chunks === 0 ? 0 : 1 / chunks;
  // The rows of whoever ends its prefill are beside those of who decodes.
  const endingSeqs = Math.max(0, step.sampledSeqs - step.decodeTokens);
  share.prefillSeqs = step.prefillSeqs * prefill;
  share.prefillTokens = step.prefillTokens * prefill;
  share.prefillPairs = step.prefillPairs * prefill;
  share.prefillWindowPairs = step.prefillWindowPairs * prefill;
  share.prefillContextTokens = step.prefillContextTokens * prefill;
  share.decodeSeqs = step.decodeSeqs / batches;
  share.decodeTokens = step.decodeTokens / batches;
  share.decodeContextTokens = step.decodeContextTokens / batches;
  share.decodeWindowTokens = step.decodeWindowTokens / batches;
  share.sampledSeqs = (step.sampledSeqs - endingSeqs) / batches + endingSeqs * prefill;
  share.swappedTokens = 0;
}

/** Why a network cannot be laid over so many stages; undefined if it can. */
export function pipelineParallelProblem(
  { id, layers }: Pick<LlmSpec, "id" | "layers">,
  stages: number,
): string | undefined {
  if (layers % stages === 0) return undefined;
  return `pipeline_parallel_size ${stages} does not divide the ${layers} layers of ${id}`;
}
