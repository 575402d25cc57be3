import type { BatchShape } from "../sim/ports.ts";
import type { Bytes, FlopPerSecond, Joules, Seconds, Watts } from "../sim/units.ts";
import type { Attention } from "./attention.ts";
import {
  decodeAttentionBytes,
  decodeAttentionFlop,
  decodeAttentionTimeS,
  prefillAttentionBytes,
  prefillAttentionFlop,
  prefillAttentionTimeS,
} from "./attention.ts";
import type { AllReduces } from "./collectives.ts";
import { allReduceTimeS } from "./collectives.ts";
import {
  allowedUncappedW,
  atClock,
  clockSteps,
  highestClockStep,
  isGoverned,
  lowestClockStep,
  throttleRatio,
} from "./dvfs.ts";
import type { Gemm } from "./gemm.ts";
import { gemmBytes, gemmFlop, gemmTimeS } from "./gemm.ts";
import type { StepConfig } from "./matrices.ts";
import type { Experts } from "./moe.ts";
import { busiestGpu, expertsBytes, expertsFlop, expertsTimeS } from "./moe.ts";
import { drawnW } from "./power.ts";
import type { SmallKernels } from "./smallKernels.ts";
import { smallKernelsTimeS } from "./smallKernels.ts";
import type { StepPlan } from "./stepPlan.ts";
import { headRows, launchTimeS, stepPlan } from "./stepPlan.ts";
import { hostCopy } from "./swap.ts";

/** One part of a step on one GPU, all layers together. */
export interface StepTerm {
  readonly name: string;
  readonly timeS: Seconds;
  readonly flop: number;
  /** Dense peak of the format that the term computes in; undefined where it computes nothing. */
  readonly peakFlopPerS: FlopPerSecond | undefined;
  readonly bytes: Bytes;
  /** The formula with its numbers, which evaluates to timeS in seconds. */
  readonly formula: string;
}

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
  const { gemms, experts, smallKernels, head, attention, allReduces, startUpS } = plan;
  const tokens = shape.prefillTokens + shape.decodeTokens;
  const terms = gemms.map((gemm) => gemmTerm(gemm, tokens));
  if (experts !== undefined) terms.push(expertsTerm(experts, tokens));
  terms.push(smallTerm(smallKernels, tokens));
  const rows = headRows(plan, shape);
  if (rows > 0) terms.push(gemmTerm(head, rows));
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

function gemmTerm(gemm: Gemm, tokens: number): StepTerm {
  const p = shown(gemm.exponent);
  const computeS = `(${tokens} x ${shown(gemm.flopPerToken)} / ${shown(gemm.flopPerS)})^${p}`;
  const moved = `(${shown(gemm.weightBytes)} + ${tokens} x ${shown(gemm.activationBytesPerToken)})`;
  const memoryS = `(${moved} / ${shown(gemm.bytesPerS)})^${p}`;
  const startUp = gemm.startUpS > 0 ? ` + ${shown(gemm.startUpS)}` : "";
  return {
    name: gemm.name,
    timeS: gemmTimeS(gemm, tokens),
    flop: gemmFlop(gemm, tokens),
    peakFlopPerS: gemm.peakFlopPerS,
    bytes: gemmBytes(gemm, tokens),
    formula: `${gemm.layers} x ((${computeS} + ${memoryS})^(1/${p})${startUp})`,
  };
}

function expertsTerm(moe: Experts, tokens: number): StepTerm {
  const busiest = busiestGpu(moe, tokens * moe.tokensPerToken);
  const each = tokens * moe.tokensPerToken * busiest.workRatio;
  const computeS = `${shown(each)} x ${shown(moe.flopPerToken)} / ${shown(moe.flopPerS)}`;
  const weights = `${shown(busiest.experts)} x ${shown(moe.weightBytesPerExpert)}`;
  const moved = `(${weights} + ${shown(each)} x ${shown(moe.activationBytesPerToken)})`;
  const memoryS = `${moved} / ${shown(moe.bytesPerS)}`;
  return {
    name: moe.expertGpus === 1 ? "routed experts" : "routed experts, busiest GPU",
    timeS: expertsTimeS(moe, tokens),
    flop: expertsFlop(moe, tokens),
    peakFlopPerS: moe.peakFlopPerS,
    bytes: expertsBytes(moe, tokens),
    formula: `${moe.layers} x (${computeS} + ${memoryS} + ${shown(moe.startUpS)})`,
  };
}

function smallTerm(small: SmallKernels, tokens: number): StepTerm {
  return {
    name: "norm, rotary, activation",
    timeS: smallKernelsTimeS(small, tokens),
    flop: 0,
    peakFlopPerS: undefined,
    bytes: tokens * small.bytesPerToken,
    formula: `${tokens} x ${shown(small.bytesPerToken)} / ${shown(small.bytesPerS)}`,
  };
}

function prefillTerm(attention: Attention, shape: Readonly<BatchShape>): StepTerm {
  const { prefill } = attention;
  const flop = prefillAttentionFlop(attention, shape);
  const bytes = prefillAttentionBytes(attention, shape);
  return {
    name: "prefill attention",
    timeS: prefillAttentionTimeS(attention, shape),
    flop,
    peakFlopPerS: attention.peakFlopPerS,
    bytes,
    formula: `${shown(flop)} / ${shown(prefill.flopPerS)} + ${shown(bytes)} / ${shown(prefill.bytesPerS)}`,
  };
}

function decodeTerm(
  attention: Attention,
  shape: Readonly<BatchShape>,
  mixedFactor: number,
): StepTerm {
  const flop = decodeAttentionFlop(attention, shape);
  const bytes = decodeAttentionBytes(attention, shape);
  const memoryS = `${shown(bytes)} / ${shown(attention.decode.bytesPerS)}`;
  const computeS = `${shown(flop)} / ${shown(attention.decode.flopPerS)}`;
  const factor = mixedFactor === 1 ? "" : `${shown(mixedFactor)} x `;
  return {
    name: "decode attention",
    timeS: mixedFactor * decodeAttentionTimeS(attention, shape),
    flop,
    peakFlopPerS: attention.peakFlopPerS,
    bytes,
    formula: `${factor}max(${memoryS}, ${computeS})`,
  };
}

function allReduceTerm(reduces: AllReduces, tokens: number): StepTerm {
  const message = `${tokens} x ${shown(reduces.bytesPerToken)}`;
  const each = `${shown(reduces.startUpS)} + ${message} / ${shown(reduces.messageBytesPerS)}`;
  return overhead("all-reduce", {
    timeS: allReduceTimeS(reduces, tokens),
    formula: `${reduces.count} x (${each})`,
  });
}

/** A term that neither computes nor moves memory. */
function overhead(name: string, time: { readonly timeS: Seconds; readonly formula: string }) {
  return { name, ...time, flop: 0, peakFlopPerS: undefined, bytes: 0 } satisfies StepTerm;
}

function sum(terms: readonly StepTerm[], part: (term: StepTerm) => number): number {
  return terms.reduce((total, term) => total + part(term), 0);
}

/** Four digits are enough to check by hand. */
function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
