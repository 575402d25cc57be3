import type { Result } from "../report/result.ts";
import type { Estimate } from "./cell.ts";

/** The paper prints energy for so many examples. */
const examples = 1024;
export const kwhPerExamples = "kWh/1024 examples";
const joulesPerKwh = 3.6e6;

/** Joules of one request in the paper's unit. */
function kwhOf(energyJ: number): number {
  return (energyJ * examples) / joulesPerKwh;
}

/** All that the GPUs draw, for one request. */
export function energyPerRequest(result: Result): Estimate {
  return ofAll(result, result.energy.gpu_j);
}

/** What lies between two runs of which the longer has more outputs, as the paper has decode energies. */
export function differenceOf(longer: Result, shorter: Result): Estimate {
  return ofAll(longer, longer.energy.gpu_j - shorter.energy.gpu_j);
}

/** A part of a run's joules errs by the same share as their sum, as far as is known. */
function ofAll({ energy, requests }: Result, energyJ: number): Estimate {
  const value = kwhOf(energyJ / requests.completed);
  const around = energy.interval_80.gpu_j;
  if (around === null) return { value };
  const [low, high] = around;
  return { value, interval80: [(value * low) / energy.gpu_j, (value * high) / energy.gpu_j] };
}

/** How much less, in per cent of the first. */
export function savingPercent(before: number, after: number): number {
  return 100 * (1 - after / before);
}
