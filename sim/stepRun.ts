import { assert } from "./assert.ts";
import type { StepCost } from "./ports.ts";
import type { Joules, Seconds, Tokens, Watts } from "./units.ts";

/** A value that changes smoothly from step to step: constant + linear i + quadratic i^2. */
interface Curve {
  constant: number;
  linear: number;
  quadratic: number;
}

/**
 * Consecutive steps of one unchanged batch, in closed form. Durations grow evenly with the context,
 * which is exact; joules per sequence and per context token follow a parabola through the first,
 * the middle and the last step. A step that prefills is a run of one step.
 */
export interface StepRun {
  /** The GPUs whose joules it has, and what they would draw without it. */
  gpus: number;
  idleW: Watts;
  startS: Seconds;
  steps: number;
  decodeSeqs: number;
  /** Sequences of the batch, prefilling ones included. */
  seqs: number;
  contextTokens: Tokens;
  firstS: Seconds;
  growthS: Seconds;
  readonly perSeqJ: Curve;
  readonly perContextTokenJ: Curve;
  /** Joules of prefill: 0 unless the run is one step. */
  prefillJ: Joules;
  /** MFU and MBU times the step's duration, which grow evenly like FLOPs and bytes do. */
  firstMfuS: Seconds;
  growthMfuS: Seconds;
  firstMbuS: Seconds;
  growthMbuS: Seconds;
}

export function newStepRun({ gpus, idleW }: Pick<StepRun, "gpus" | "idleW">): StepRun {
  return {
    gpus,
    idleW,
    startS: 0,
    steps: 0,
    decodeSeqs: 0,
    seqs: 0,
    contextTokens: 0,
    firstS: 0,
    growthS: 0,
    perSeqJ: { constant: 0, linear: 0, quadratic: 0 },
    perContextTokenJ: { constant: 0, linear: 0, quadratic: 0 },
    prefillJ: 0,
    firstMfuS: 0,
    growthMfuS: 0,
    firstMbuS: 0,
    growthMbuS: 0,
  };
}

/** Prices the run from its first, middle (index floor((steps - 1) / 2)) and last step. */
export function priceRun(run: StepRun, first: StepCost, middle: StepCost, last: StepCost): void {
  const lastIndex = run.steps - 1;
  const gaps = Math.max(1, lastIndex);
  run.firstS = first.durationS;
  run.growthS = (last.durationS - first.durationS) / gaps;
  run.firstMfuS = first.mfu * first.durationS;
  run.growthMfuS = (last.mfu * last.durationS - run.firstMfuS) / gaps;
  run.firstMbuS = first.mbu * first.durationS;
  run.growthMbuS = (last.mbu * last.durationS - run.firstMbuS) / gaps;
  run.prefillJ = 0;
  through(run.perSeqJ, lastIndex, first.energyPerSeqJ, middle.energyPerSeqJ, last.energyPerSeqJ);
  through(
    run.perContextTokenJ,
    lastIndex,
    first.energyPerContextTokenJ,
    middle.energyPerContextTokenJ,
    last.energyPerContextTokenJ,
  );
}

/** Prices a single step of which `prefillJ` is prefill and the rest decode, in decode's own shares. */
export function priceMixedStep(
  run: StepRun,
  cost: StepCost,
  prefillJ: Joules,
  decodeAlone: StepCost,
): void {
  assert(run.steps === 1, "a step that prefills stands alone");
  priceRun(run, cost, cost, cost);
  run.prefillJ = prefillJ;
  const scale = run.decodeSeqs === 0 ? 0 : (cost.energyJ - prefillJ) / decodeAlone.energyJ;
  through(run.perSeqJ, 0, scale * decodeAlone.energyPerSeqJ, 0, 0);
  through(run.perContextTokenJ, 0, scale * decodeAlone.energyPerContextTokenJ, 0, 0);
}

/** When step `count` of the run ends, counting from 1. */
export function endS(run: StepRun, count = run.steps): Seconds {
  return run.startS + spanS(run, count);
}

/** How long `count` steps last. */
export function spanS(run: StepRun, count: number): Seconds {
  return count * run.firstS + (run.growthS * count * (count - 1)) / 2;
}

/** The number of steps that have ended at `timeS`. */
export function stepsEndedAt(run: StepRun, timeS: Seconds): number {
  if (timeS >= endS(run)) return run.steps;
  let low = 0;
  let high = run.steps;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (endS(run, middle) <= timeS) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Steps up to the first boundary at or after `timeS`, where a new request can join. */
export function stepsUntil(run: StepRun, timeS: Seconds): number {
  const ended = stepsEndedAt(run, timeS);
  const atBoundary = ended > 0 && endS(run, ended) === timeS;
  return Math.min(run.steps, Math.max(1, atBoundary ? ended : ended + 1));
}

/** Joules of the first `count` steps, prefill included. */
export function energyJ(run: StepRun, count = run.steps): Joules {
  const perSeqJ = sum(run.perSeqJ, count);
  const contextJ =
    run.contextTokens * sum(run.perContextTokenJ, count) +
    run.decodeSeqs * sumTimesIndex(run.perContextTokenJ, count);
  return (count > 0 ? run.prefillJ : 0) + run.decodeSeqs * perSeqJ + contextJ;
}

/** Joules drawn until `timeS`, the step in flight counted by the share of it that has passed. */
export function energyUntilJ(
  run: StepRun,
  timeS: Seconds,
  ended = stepsEndedAt(run, timeS),
): Joules {
  const doneJ = energyJ(run, ended);
  if (ended === run.steps) return doneJ;
  const stepS = run.firstS + ended * run.growthS;
  const passedRatio = (timeS - endS(run, ended)) / stepS;
  return doneJ + passedRatio * (energyJ(run, ended + 1) - doneJ);
}

/** The sum of a curve over steps 0 to count - 1. */
export function sum(curve: Curve, count: number): number {
  const first = (count * (count - 1)) / 2;
  const second = (first * (2 * count - 1)) / 3;
  return curve.constant * count + curve.linear * first + curve.quadratic * second;
}

/** The sum of a curve times the step's index. */
export function sumTimesIndex(curve: Curve, count: number): number {
  const first = (count * (count - 1)) / 2;
  const second = (first * (2 * count - 1)) / 3;
  return curve.constant * first + curve.linear * second + curve.quadratic * first * first;
}

/** The parabola through steps 0, floor(lastIndex / 2) and lastIndex; a line or a constant if short. */
function through(curve: Curve, lastIndex: number, first: number, middle: number, last: number) {
  curve.constant = first;
  curve.quadratic = 0;
  curve.linear = lastIndex === 0 ? 0 : (last - first) / lastIndex;
  if (lastIndex < 2) return;
  const middleIndex = lastIndex >> 1;
  const offLine = middle - first - curve.linear * middleIndex;
  curve.quadratic = offLine / (middleIndex * (middleIndex - lastIndex));
  curve.linear -= curve.quadratic * lastIndex;
}
