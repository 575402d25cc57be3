/** How wrong predictions are, as shares of what was measured. */
export interface Errors {
  readonly rows: number;
  /** Of absolute errors. */
  readonly medianRatio: number;
  readonly p90Ratio: number;
  readonly worstRatio: number;
  /** Of signed errors: above 0 where most predictions are too high. */
  readonly biasRatio: number;
}

/** undefined where there is none. */
export function errorsOf(errorRatios: readonly number[]): Errors | undefined {
  if (errorRatios.length === 0) return undefined;
  const sizes = errorRatios.map(Math.abs);
  return {
    rows: errorRatios.length,
    medianRatio: quantile(sizes, 0.5),
    p90Ratio: quantile(sizes, 0.9),
    worstRatio: Math.max(...sizes),
    biasRatio: quantile(errorRatios, 0.5),
  };
}

/** With straight lines between the ranks, as numpy has it; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const rising = values.toSorted((a, b) => a - b);
  const rank = share * (rising.length - 1);
  const below = rising[Math.floor(rank)] ?? Number.NaN;
  const above = rising[Math.ceil(rank)] ?? Number.NaN;
  return below + (rank - Math.floor(rank)) * (above - below);
}
