import type { Statistics } from "../../sim/metrics/distribution.ts";

export function milliseconds(seconds: Statistics | undefined) {
  return {
    mean: times(seconds?.mean, 1000),
    std: times(seconds?.std, 1000),
    p50: times(seconds?.p50, 1000),
    p90: times(seconds?.p90, 1000),
    p95: times(seconds?.p95, 1000),
    p99: times(seconds?.p99, 1000),
  };
}

export function times(value: number | null | undefined, factor: number): number | null {
  return value === null || value === undefined ? null : value * factor;
}

/** Unknown where the part is, or where there is nothing to divide by. */
export function ratio(part: number | null, whole: number): number | null {
  return part === null || whole <= 0 ? null : part / whole;
}
