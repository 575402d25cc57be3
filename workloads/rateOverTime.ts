import type { Seconds } from "../sim/units.ts";

/** How many requests come per second in equal parts of the time. */
export interface RateOverTime {
  readonly binS: Seconds;
  readonly ratesPerS: readonly number[];
}

/** Counts arrivals from 0 to `durationS`, which is above 0, in so many parts. */
export function rateOverTime(durationS: Seconds, bins: number) {
  const binS = durationS / bins;
  const counts = new Array<number>(bins).fill(0);
  return {
    add(timeS: Seconds): void {
      // The last arrival is at the very end: it belongs to the last part.
      const bin = Math.min(bins - 1, Math.floor(timeS / binS));
      counts[bin] = (counts[bin] ?? 0) + 1;
    },
    rates: (): RateOverTime => ({ binS, ratesPerS: counts.map((count) => count / binS) }),
  };
}
