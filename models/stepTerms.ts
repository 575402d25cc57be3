import type { BatchShape } from "../sim/ports.ts";
import type { Joules, Seconds, Watts } from "../sim/units.ts";
import {
  allowedUncappedW,
  atClock,
  clockSteps,
  highestClockStep,
  isGoverned,
  lowestClockStep,
  throttleRatio,
} from "./dvfs.ts";
import type { StepTerm } from "./kernelTerms.ts";
import {
  allReduceTerm,
  decodeTerm,
  expertsTerm,
  gemmTerm,
  overhead,
  prefillTerm,
  samplingTerm,
  shown,
  smallTerm,
} from "./kernelTerms.ts";
import type { StepConfig } from "./matrices.ts";
import { drawnW } from "./power.ts";
import type { StepPlan } from "./stepPlan.ts";
import { headRows, launchTimeS, stepPlan } from "./stepPlan.ts";
import { hostCopy } from "./swap.ts";

/** A step taken apart, for checking by hand. */
export interface StepTerms {
  /** What keeps the GPU busy. */
  readonly gpuTerms: readonly StepTerm[];
  /** Host time in which the GPU waits. */
  readonly hostTerms: readonly StepTerm[];
  /** Over the highest clock; below 1 where a power cap or a lock slows the step. */
  readonly clockRatio: number;
  readonly durationS: Seconds;
  readonly gpuBusyS: Seconds;
  readonly exposedHostS: Seconds;
  readonly mfu: number;
  readonly mbu: number;
  /** Of one GPU. */
  readonly power: {
    readonly idleW: Watts;
    readonly busyW: Watts;
    readonly computeW: Watts;
    readonly memoryW: Watts;
    readonly capW: Watts;
    readonly powerW: Watts;
  };
  /** Of all GPUs of the replica. */
  readonly energyJ: Joules;
}

/** The plain twin of `stepModel`: the same price, term by term, without tables or search. */
export function stepTerms(config: StepConfig, shape: Readonly<BatchShape>): StepTerms {
  const plan = stepPlan(config);
  const own = termsAt(config, plan, shape);
  const throttle = throttleRatio(plan.power, own.uncappedW);
  const highestStep = highestClockStep(config, throttle);
  const allowedW = allowedUncappedW(config, plan.power, throttle);
  const governed = isGoverned(config)
    ? slowed(config, { plan, shape, highestStep, allowedW })
    : undefined;
  const { clockRatio, terms } = governed ?? { clockRatio: 1, terms: own };
  const { drawn, uncappedW, ...shown } = terms;
  const { idleW, capW } = plan.power;
  const powerW = idleW + (uncappedW - idleW) / throttle;
  const stepped = {
    ...shown,
    clockRatio,
    power: { ...drawn, capW: Math.min(capW, config.governor?.powerCapW ?? capW), powerW },
    energyJ: powerW * shown.durationS * config.tensorParallel,
  };
  const { swappedTokens } = shape;
  return swappedTokens === 0 ? stepped : afterSwap(stepped, config, swappedTokens);
}

/** The step with its swapping before it, in which no kernel runs; `power` stays that of the kernels. */
function afterSwap(step: StepTerms, config: StepConfig, swappedTokens: number): StepTerms {
  const copy = hostCopy(config, stepPlan(config).power);
  const timeS = swappedTokens * copy.perTokenS;
  const formula = `${swappedTokens} x ${shown(copy.perTokenS)}`;
  const durationS = step.durationS + timeS;
  const movedS = (swappedTokens * copy.bytesPerToken) / copy.bandwidthBytesPerS;
  return {
    ...step,
    hostTerms: [...step.hostTerms, overhead("swapping", { timeS, formula })],
    durationS,
    exposedHostS: step.exposedHostS + timeS,
    mfu: (step.mfu * step.durationS) / durationS,
    mbu: (step.mbu * step.durationS + movedS) / durationS,
    energyJ: step.energyJ + swappedTokens * copy.energyPerTokenJ,
  };
}

interface Slowing {
  readonly plan: StepPlan;
  readonly shape: Readonly<BatchShape>;
  readonly highestStep: number;
  readonly allowedW: Watts;
}

/** Steps the clock down until the step keeps what its governor allows. */
function slowed(config: StepConfig, { plan, shape, highestStep, allowedW }: Slowing) {
  for (let clockStep = highestStep; ; clockStep--) {
    const clockRatio = clockStep / clockSteps;
    const slower = atClock(plan, config.calibration.clock, clockRatio);
    const terms = termsAt(config, slower, shape);
    if (terms.uncappedW <= allowedW || clockStep === lowestClockStep) return { clockRatio, terms };
  }
}

function termsAt(config: StepConfig, plan: StepPlan, shape: Readonly<BatchShape>) {
  const { power } = plan;
  const gpuTerms = gpuTermsOf(config, plan, shape);
  const gpuBusyS = sum(gpuTerms, (term) => term.timeS);
  const hostTerms = hostTermsOf(config, shape, { gpuBusyS, launchS: launchTimeS(plan, shape) });
  const exposedHostS = sum(hostTerms, (term) => term.timeS);
  const durationS = gpuBusyS + exposedHostS;
  const mfu = sum(gpuTerms, (term) => term.flop / (term.peakFlopPerS ?? 1)) / durationS;
  const mbu = sum(gpuTerms, (term) => term.bytes) / config.gpu.bandwidthBytesPerS / durationS;
  const drawn = drawnW(power, { dutyRatio: gpuBusyS / durationS, mfu, mbu });
  const uncappedW = drawn.idleW + drawn.busyW + drawn.computeW + drawn.memoryW;
  return { gpuTerms, hostTerms, gpuBusyS, exposedHostS, durationS, mfu, mbu, drawn, uncappedW };
}

function gpuTermsOf({ llm }: StepConfig, plan: StepPlan, shape: Readonly<BatchShape>): StepTerm[] {
  const { gemms, experts, smallKernels, head, sampling, attention, allReduces, startUpS } = plan;
  const tokens = shape.prefillTokens + shape.decodeTokens;
  const terms = gemms.map((gemm) => gemmTerm(gemm, tokens));
  if (experts !== undefined) terms.push(expertsTerm(experts, tokens));
  terms.push(smallTerm(smallKernels, tokens));
  const rows = headRows(plan, shape);
  if (rows > 0) terms.push(gemmTerm(head, rows));
  if (sampling !== undefined && shape.sampledSeqs > 0) {
    terms.push(samplingTerm(sampling, shape.sampledSeqs));
  }
  if (shape.prefillTokens > 0) terms.push(prefillTerm(attention, shape));
  if (shape.decodeTokens > 0) {
    const factor = shape.prefillTokens > 0 ? plan.mixedDecodeAttentionFactor : 1;
    terms.push(decodeTerm(attention, shape, factor));
  }
  terms.push(...allReduces.map((reduces) => allReduceTerm(reduces, tokens)));
  const formula = `${llm.layers} x ${shown(startUpS / llm.layers)}`;
  terms.push(overhead("kernel start-up", { timeS: startUpS, formula }));
  return terms;
}

function hostTermsOf(
  { calibration, llm }: StepConfig,
  shape: Readonly<BatchShape>,
  { gpuBusyS, launchS }: { readonly gpuBusyS: Seconds; readonly launchS: Seconds },
): StepTerm[] {
  const sequences = shape.prefillSeqs + shape.decodeSeqs;
  const perSequenceS = sequences * calibration.hostPerSequenceS;
  const launch = `${llm.layers} x ${shown(launchS / llm.layers)}`;
  return [
    overhead("host, per step", {
      timeS: calibration.hostPerStepS,
      formula: shown(calibration.hostPerStepS),
    }),
    overhead("host, per sequence", {
      timeS: perSequenceS,
      formula: `${sequences} x ${shown(calibration.hostPerSequenceS)}`,
    }),
    overhead("launches not hidden", {
      timeS: Math.max(0, launchS - gpuBusyS),
      formula: `max(0, ${launch} - ${shown(gpuBusyS)})`,
    }),
  ];
}

function sum(terms: readonly StepTerm[], part: (term: StepTerm) => number): number {
  return terms.reduce((total, term) => total + part(term), 0);
}
