/** A sample and how often it occurs. */
export type Weighted = readonly [value: number, weight: number];

/** Every sample by itself, in order of size. */
export function expanded(samples: readonly Weighted[]): number[] {
  const all: number[] = [];
  for (const [value, weight] of samples) for (let i = 0; i < weight; i++) all.push(value);
  return all.sort((a, b) => a - b);
}

/** numpy.percentile with its default method, linear: samples in order of size, p from 0 to 1. */
export function numpyQuantile(sorted: ArrayLike<number>, p: number): number {
  const position = (sorted.length - 1) * p;
  const below = Math.floor(position);
  const lower = sorted[below] ?? Number.NaN;
  const upper = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  return lower + (position - below) * (upper - lower);
}

export function meanAndStd(samples: ArrayLike<number>): { mean: number; std: number } {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i] ?? 0;
  const mean = sum / samples.length;
  let squares = 0;
  for (let i = 0; i < samples.length; i++) squares += ((samples[i] ?? 0) - mean) ** 2;
  return { mean, std: Math.sqrt(squares / samples.length) };
}

export const quantiles = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const;
