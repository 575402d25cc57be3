import type { Seconds } from "../sim/units.ts";
import { at } from "./at.ts";

/** How many requests come per second in equal parts of the time. */
export interface RateOverTime {
  readonly binS: Seconds;
  readonly ratesPerS: readonly number[];
}

/** Undefined where no time passes. */
export function rateOverTime(arrivalS: Float64Array, bins: number): RateOverTime | undefined {
  const durationS = at(arrivalS, arrivalS.length - 1);
  if (durationS === 0) return undefined;
  const binS = durationS / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const timeS of arrivalS) {
    // The last arrival is at the very end: it belongs to the last part.
    const bin = Math.min(bins - 1, Math.floor(timeS / binS));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { binS: binS, ratesPerS: counts.map((count) => count / binS) };
}
