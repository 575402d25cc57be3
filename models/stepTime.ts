import type { BatchShape, StepCost, StepModel } from "../sim/ports.ts";
import type { Seconds, Watts } from "../sim/units.ts";
import {
  allowedUncappedW,
  atClock,
  clockSteps,
  highestClockStep,
  isGoverned,
  lowestClockStep,
  throttleRatio,
} from "./dvfs.ts";
import { gemmFlop } from "./gemm.ts";
import type { StepConfig } from "./matrices.ts";
import { expertsFlop } from "./moe.ts";
import { uncappedPowerW } from "./power.ts";
import type { StepPlan } from "./stepPlan.ts";
import { launchTimeS, stepPlan } from "./stepPlan.ts";
import type { StepWork } from "./stepWork.ts";
import { stepWork } from "./stepWork.ts";
import { addSwap, hostCopy } from "./swap.ts";

/**
 * The branches of a step's cost, as bits of `regime`. Above them stand the steps by which the clock
 * lies below the highest.
 */
export const regimes = {
  launchBound: 1,
  powerCapped: 2,
  prefill: 4,
  decode: 8,
  clockStep: 16,
} as const;

/**
 * Prices steps of one replica: the hybrid form of docs/models.md.
 * @param workOf what a plan's steps consist of, in place of all that is in it.
 */
export function stepModel(config: StepConfig, workOf: WorkOf = stepWork): StepModel {
  const plan = stepPlan(config);
  const state: StepState = {
    work: { busyS: 0, kvReadS: 0, atPeakS: 0, movedBytes: 0 },
    activity: { dutyRatio: 0, mfu: 0, mbu: 0 },
    durationS: 0,
    uncappedW: 0,
  };
  const runAtFullClock = runner(config, plan, workOf);
  const slowDown = isGoverned(config) ? slowedRunner(config, plan, workOf) : undefined;
  const { work } = state;
  const { power } = plan;
  const { idleW } = power;
  const { tensorParallel } = config;
  const copy = hostCopy(config, power);

  function price(shape: Readonly<BatchShape>, cost: StepCost): void {
    runAtFullClock(shape, state);
    const throttle = throttleRatio(power, state.uncappedW);
    const clockStep = slowDown === undefined ? clockSteps : slowDown(shape, throttle, state);
    const { activity, durationS, uncappedW } = state;
    const powerW = throttle === 1 ? uncappedW : idleW + (uncappedW - idleW) / throttle;
    cost.durationS = durationS;
    cost.gpuBusyS = work.busyS;
    cost.energyJ = powerW * durationS * tensorParallel;
    cost.mfu = activity.mfu;
    cost.mbu = activity.mbu;
    cost.regime =
      (launchTimeS(plan, shape) > work.busyS ? regimes.launchBound : 0) +
      (throttle > 1 ? regimes.powerCapped : 0) +
      (shape.prefillTokens > 0 ? regimes.prefill : 0) +
      (shape.decodeTokens > 0 ? regimes.decode : 0) +
      regimes.clockStep * (clockSteps - clockStep);
    shareDecode(shape, work.kvReadS, cost);
    if (shape.swappedTokens > 0) addSwap(copy, shape, cost);
  }

  return {
    price,
    prefillFlop: prefillFlop(config, plan),
    windowTokens: plan.attention.windowTokens,
  };
}

/** A step at one clock, and what the GPU would draw in it if nothing limited that. */
interface StepState {
  readonly work: StepWork;
  readonly activity: { dutyRatio: number; mfu: number; mbu: number };
  durationS: Seconds;
  uncappedW: Watts;
}

export type WorkOf = typeof stepWork;

type Runner = (shape: Readonly<BatchShape>, state: StepState) => void;

function runner({ gpu, calibration }: StepConfig, plan: StepPlan, workOf: WorkOf): Runner {
  const doWork = workOf(plan);
  const { power } = plan;
  const { hostPerStepS, hostPerSequenceS } = calibration;
  const { bandwidthBytesPerS } = gpu;
  return (shape, state) => {
    const { work, activity } = state;
    doWork(shape, work);
    const sequences = shape.prefillSeqs + shape.decodeSeqs;
    const hostS = hostPerStepS + hostPerSequenceS * sequences;
    const durationS = Math.max(work.busyS, launchTimeS(plan, shape)) + hostS;
    state.durationS = durationS;
    activity.dutyRatio = work.busyS / durationS;
    activity.mfu = work.atPeakS / durationS;
    activity.mbu = work.movedBytes / (bandwidthBytesPerS * durationS);
    state.uncappedW = uncappedPowerW(power, activity);
  };
}

/**
 * Runs a step at the highest clock at which it keeps its governor's limits, and tells which step of
 * the clock that is. Power rises with the clock, so that halving finds it in seven rounds at most;
 * a step like the one before needs two.
 */
function slowedRunner(config: StepConfig, plan: StepPlan, workOf: WorkOf) {
  const { clock } = config.calibration;
  const runners: Runner[] = [];
  let latest = clockSteps;
  const runAt = (clockStep: number, shape: Readonly<BatchShape>, state: StepState): Watts => {
    let atStep = runners[clockStep];
    if (atStep === undefined) {
      atStep = runner(config, atClock(plan, clock, clockStep / clockSteps), workOf);
      runners[clockStep] = atStep;
    }
    atStep(shape, state);
    return state.uncappedW;
  };
  return (shape: Readonly<BatchShape>, throttle: number, state: StepState): number => {
    const highest = highestClockStep(config, throttle);
    const allowedW = allowedUncappedW(config, plan.power, throttle);
    // Power exceeds what is allowed from `high` on, and at `low` only if low is the lowest.
    let low = lowestClockStep;
    let high = highest + 1;
    let likely = Math.min(highest, latest + 1);
    let at = 0;
    while (high - low > 1) {
      at = likely > low && likely < high ? likely : (low + high) >> 1;
      if (runAt(at, shape, state) <= allowedW) low = at;
      else high = at;
      likely = latest;
    }
    if (at !== low) runAt(low, shape, state);
    latest = low;
    return low;
  };
}

/** Reading KV goes with the context, the rest with the sequences; a mixed step is split elsewhere. */
function shareDecode(shape: Readonly<BatchShape>, kvReadS: Seconds, cost: StepCost): void {
  const decodes = shape.prefillTokens === 0 && shape.decodeSeqs > 0;
  const contextTokens = decodes ? shape.decodeContextTokens : 0;
  const contextJ = contextTokens > 0 ? cost.energyJ * (kvReadS / cost.durationS) : 0;
  cost.energyPerContextTokenJ = contextTokens > 0 ? contextJ / contextTokens : 0;
  cost.energyPerSeqJ = decodes ? (cost.energyJ - contextJ) / shape.decodeSeqs : 0;
}

/** FLOPs of prefill on all GPUs; the output head is part of a prompt token where it runs on all. */
function prefillFlop({ tensorParallel }: StepConfig, plan: StepPlan): StepModel["prefillFlop"] {
  const { gemms, experts, head, headOnPrompts, attention } = plan;
  const products = headOnPrompts ? [...gemms, head] : gemms;
  const gemmsFlop = products.reduce((sum, gemm) => sum + gemmFlop(gemm, 1), 0);
  return {
    perToken: tensorParallel * (gemmsFlop + (experts ? expertsFlop(experts, 1) : 0)),
    perPair: tensorParallel * attention.full.flopPerPair,
    perWindowPair: tensorParallel * attention.window.flopPerPair,
  };
}
