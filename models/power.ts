import type { Watts } from "../sim/units.ts";
import type { PowerConstants } from "./calibration.ts";
import type { GpuSpec } from "./gpu.ts";

/** P = min(cap, idle + busy x duty + compute x MFU^exponent + memory x sqrt(MBU)), of one GPU. */
export interface PowerCurve {
  readonly idleW: Watts;
  readonly busyW: Watts;
  readonly computeW: Watts;
  readonly computeExponent: number;
  readonly memoryW: Watts;
  readonly capW: Watts;
}

/** What a step keeps the GPU doing, as shares of its duration and of the peaks, 0 to 1. */
export interface Activity {
  readonly dutyRatio: number;
  readonly mfu: number;
  readonly mbu: number;
}

export function powerCurve(gpu: GpuSpec, constants: PowerConstants): PowerCurve {
  return {
    idleW: gpu.idleContextHeldW,
    busyW: constants.busyTdpRatio * gpu.tdpW,
    computeW: constants.computeTdpRatio * gpu.tdpW,
    computeExponent: constants.computeExponent,
    memoryW: constants.memoryTdpRatio * gpu.tdpW,
    capW: Math.max(gpu.idleContextHeldW, constants.capTdpRatio * gpu.tdpW),
  };
}

/** What the GPU would draw if nothing limited it. */
export function uncappedPowerW(curve: PowerCurve, activity: Activity): Watts {
  const drawn = drawnW(curve, activity);
  return drawn.idleW + drawn.busyW + drawn.computeW + drawn.memoryW;
}

/** The same by what draws it. */
export function drawnW(
  curve: PowerCurve,
  { dutyRatio, mfu, mbu }: Activity,
): Pick<PowerCurve, "idleW" | "busyW" | "computeW" | "memoryW"> {
  return {
    idleW: curve.idleW,
    busyW: curve.busyW * dutyRatio,
    computeW: curve.computeW * mfu ** curve.computeExponent,
    memoryW: curve.memoryW * Math.sqrt(mbu),
  };
}
