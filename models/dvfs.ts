import type { Watts } from "../sim/units.ts";
import type { ClockConstants } from "./calibration.ts";
import type { StepConfig } from "./matrices.ts";
import type { PowerCurve } from "./power.ts";
import { uncappedPowerW } from "./power.ts";
import type { StepPlan } from "./stepPlan.ts";
import { stepPlan } from "./stepPlan.ts";

/**
 * The clock moves in steps of 1/128 of the highest, about the 15 MHz of NVIDIA's. So durations stay
 * affine in the contexts from one step of the clock to the next, and `regime` holds the step.
 */
export const clockSteps = 128;
/** A tenth of the highest clock: below it no GPU runs kernels. */
export const lowestClockStep = 13;

/**
 * The lowest cap that every step keeps, at the lowest clock: no step keeps kernels resident for more
 * than all of its time, nor computes or moves more than this clock can.
 */
export function lowestCapW(config: StepConfig): Watts {
  const { clock } = config.calibration;
  const clockRatio = lowestClockStep / clockSteps;
  const { power } = atClock(stepPlan(config), clock, clockRatio);
  const mbu = clockRatio / clock.fullBandwidthClockRatio;
  return uncappedPowerW(power, { dutyRatio: 1, mfu: clockRatio, mbu: Math.min(1, mbu) });
}

/** Whether the governor asks for less than the GPU's own power cap and highest clock. */
export function isGoverned({ governor, gpu, calibration }: StepConfig): boolean {
  if (governor === undefined) return false;
  const ownCapW = calibration.power.capTdpRatio * gpu.tdpW;
  return (governor.powerCapW ?? ownCapW) < ownCapW || (governor.clockRatio ?? 1) < 1;
}

/**
 * Power above idle that a clock leaves of all that follows it: r V^2, where the voltage V falls
 * with the clock r as far as it can, and r alone below.
 */
export function dynamicPowerRatio(clock: ClockConstants, clockRatio: number): number {
  const voltageAt = Math.max(clockRatio, clock.lowestVoltageClockRatio);
  return clockRatio * voltageAt ** (clock.dynamicPowerExponent - 1);
}

/** The clock that leaves this much: the inverse. */
export function clockRatioAt(clock: ClockConstants, powerRatio: number): number {
  const { dynamicPowerExponent: exponent, lowestVoltageClockRatio: lowest } = clock;
  if (powerRatio >= lowest ** exponent) return powerRatio ** (1 / exponent);
  return powerRatio / lowest ** (exponent - 1);
}

/**
 * The plan at a lower clock. What computes and what starts slows with the clock; memory keeps its
 * bandwidth until the clock is too low to ask for it. A FLOP costs V^2; links and host don't care.
 */
export function atClock(plan: StepPlan, clock: ClockConstants, clockRatio: number): StepPlan {
  const memoryRatio = Math.min(1, clockRatio / clock.fullBandwidthClockRatio);
  const slowed = <Rates extends { readonly flopPerS: number; readonly bytesPerS: number }>(
    rates: Rates,
  ): Rates => ({
    ...rates,
    flopPerS: rates.flopPerS * clockRatio,
    bytesPerS: rates.bytesPerS * memoryRatio,
  });
  const product = <Product extends Parameters<typeof slowed>[0] & { readonly startUpS: number }>(
    one: Product,
  ): Product => ({ ...slowed(one), startUpS: one.startUpS / clockRatio });
  const { attention, sampling } = plan;
  return {
    ...plan,
    gemms: plan.gemms.map(product),
    experts: plan.experts && product(plan.experts),
    smallKernels: {
      ...plan.smallKernels,
      bytesPerS: plan.smallKernels.bytesPerS * memoryRatio,
    },
    head: product(plan.head),
    sampling: sampling && {
      ...sampling,
      bytesPerS: sampling.bytesPerS * memoryRatio,
      startUpS: sampling.startUpS / clockRatio,
    },
    attention: {
      ...attention,
      prefill: slowed(attention.prefill),
      decode: slowed(attention.decode),
    },
    startUpS: plan.startUpS / clockRatio,
    power: curveAtClock(plan.power, clock, clockRatio),
  };
}

function curveAtClock(curve: PowerCurve, clock: ClockConstants, clockRatio: number): PowerCurve {
  const left = dynamicPowerRatio(clock, clockRatio);
  return {
    ...curve,
    busyW: curve.busyW * left,
    computeW: (curve.computeW * left) / clockRatio ** curve.computeExponent,
  };
}

/** Where a step would draw more than the GPU's own cap, how much more, over idle; else 1. */
export function throttleRatio({ idleW, capW }: PowerCurve, uncappedW: Watts): number {
  return uncappedW > capW ? (uncappedW - idleW) / (capW - idleW) : 1;
}

/**
 * Kernels were measured under the GPU's own cap, so that a step which it throttles runs below the
 * highest clock already, and its watts above idle are `throttle` times what is drawn: only what a
 * governor asks for beyond that slows it.
 */
export function highestClockStep({ governor, calibration }: StepConfig, throttle: number): number {
  const ownClockRatio = clockRatioAt(calibration.clock, 1 / throttle);
  const highest = Math.round((clockSteps * (governor?.clockRatio ?? 1)) / ownClockRatio);
  return Math.max(lowestClockStep, Math.min(clockSteps, highest));
}

/** What a step may draw, in the watts that it would draw if nothing limited it. */
export function allowedUncappedW(
  { governor }: StepConfig,
  { idleW, capW }: PowerCurve,
  throttle: number,
): Watts {
  return idleW + throttle * (Math.min(capW, governor?.powerCapW ?? capW) - idleW);
}
