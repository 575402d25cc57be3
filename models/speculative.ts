import {
  type BatchShape,
  emptyCost,
  emptyShape,
  type StepCost,
  type StepModel,
} from "../sim/ports.ts";
import type { Seconds, Tokens } from "../sim/units.ts";
import type { LlmSpec } from "./llm.ts";
import type { StepConfig } from "./matrices.ts";
import { resolvePrecision } from "./precision.ts";
import { stepModel } from "./stepTime.ts";

/** A target that verifies what a draft guesses, both on the same GPUs. */
export interface Speculation {
  readonly target: StepConfig;
  readonly draft: StepConfig;
  /** Tokens that the draft guesses for each sequence of a step; 0 speculates not at all. */
  readonly draftTokens: Tokens;
}

/** The draft on the target's GPUs and stack, in its own published weights. */
export function draftConfig(target: StepConfig, llm: LlmSpec): StepConfig {
  const { gpu, precision } = target;
  return {
    ...target,
    llm,
    dataParallel: 1,
    expertParallel: false,
    precision: resolvePrecision(gpu, llm, {
      dtype: precision.dtype,
      quantization: undefined,
      kvCacheDtype: precision.kvBytesPerElement === 1 ? "fp8" : "auto",
    }),
  };
}

/**
 * Prices a step as k draft steps, one token of each sequence at a time, and the target's pass over
 * all of them: `decodeTokens` = `sampledSeqs` of decoding = `decodeSeqs` x (k + 1), every context
 * counted once. The draft prefills what the target prefills, in its first step.
 */
export function speculativeModel({ target, draft, draftTokens }: Speculation): StepModel {
  const verifier = stepModel(target);
  if (draftTokens === 0) return verifier;
  const drafter = stepModel(inLoop(draft));
  const shape = emptyShape();
  const part = emptyCost();

  function price(step: Readonly<BatchShape>, cost: StepCost): void {
    verifier.price(step, cost);
    describeFirst(step, shape);
    drafter.price(shape, part);
    const once = step.prefillTokens > 0 || step.swappedTokens > 0;
    const decodes = step.decodeSeqs > 0;
    addCost(cost, part, decodes && !once ? draftTokens : 1);
    cost.regime += firstDraft * part.regime;
    if (decodes && once && draftTokens > 1) {
      describeLater(step, shape);
      drafter.price(shape, part);
      addCost(cost, part, draftTokens - 1);
      cost.regime += laterDrafts * part.regime;
    }
    if (step.prefillTokens > 0) {
      // The joules of a mixed step are split elsewhere.
      cost.energyPerSeqJ = 0;
      cost.energyPerContextTokenJ = 0;
    }
  }

  return { price, prefillFlop: sumOf(verifier, drafter), windowTokens: verifier.windowTokens };
}

/** Regimes are below 2^12, so that those of the three parts stand beside each other. */
const firstDraft = 2 ** 12;
const laterDrafts = 2 ** 24;

/** Most host seconds of a draft step: its inputs are prepared, and nothing is scheduled. Assumed. */
const draftHostPerStepS: Seconds = 0.3e-3;

/** Draft steps follow each other without the scheduler, which meets each sequence once a step. */
function inLoop(draft: StepConfig): StepConfig {
  const { calibration } = draft;
  const hostPerStepS = Math.min(calibration.hostPerStepS, draftHostPerStepS);
  return { ...draft, calibration: { ...calibration, hostPerStepS, hostPerSequenceS: 0 } };
}

function describeFirst(step: Readonly<BatchShape>, shape: BatchShape): void {
  describeLater(step, shape);
  shape.prefillSeqs = step.prefillSeqs;
  shape.prefillTokens = step.prefillTokens;
  shape.prefillPairs = step.prefillPairs;
  shape.prefillWindowPairs = step.prefillWindowPairs;
  shape.prefillContextTokens = step.prefillContextTokens;
  shape.swappedTokens = step.swappedTokens;
}

function describeLater(step: Readonly<BatchShape>, shape: BatchShape): void {
  shape.prefillSeqs = 0;
  shape.prefillTokens = 0;
  shape.prefillPairs = 0;
  shape.prefillWindowPairs = 0;
  shape.prefillContextTokens = 0;
  shape.swappedTokens = 0;
  shape.decodeSeqs = step.decodeSeqs;
  shape.decodeTokens = step.decodeSeqs;
  shape.decodeContextTokens = step.decodeContextTokens;
  shape.decodeWindowTokens = step.decodeWindowTokens;
  shape.sampledSeqs = step.decodeSeqs;
}

/** Adds a part so many times; MFU and MBU are averages over the time. */
function addCost(cost: StepCost, part: Readonly<StepCost>, times: number): void {
  const partS = times * part.durationS;
  const durationS = cost.durationS + partS;
  cost.mfu = (cost.mfu * cost.durationS + part.mfu * partS) / durationS;
  cost.mbu = (cost.mbu * cost.durationS + part.mbu * partS) / durationS;
  cost.durationS = durationS;
  cost.gpuBusyS += times * part.gpuBusyS;
  cost.energyJ += times * part.energyJ;
  cost.energyPerSeqJ += times * part.energyPerSeqJ;
  cost.energyPerContextTokenJ += times * part.energyPerContextTokenJ;
}

function sumOf(verifier: StepModel, drafter: StepModel): StepModel["prefillFlop"] {
  const [a, b] = [verifier.prefillFlop, drafter.prefillFlop];
  return {
    perToken: a.perToken + b.perToken,
    perPair: a.perPair + b.perPair,
    perWindowPair: a.perWindowPair + b.perWindowPair,
  };
}
