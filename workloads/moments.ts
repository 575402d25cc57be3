/**
 * Moments of values that are not kept: each moves the means by its share, so that nothing large is
 * subtracted from what is as large (Welford).
 */
interface Moments {
  add(value: number): void;
  readonly mean: number;
  /** Of the population. */
  readonly std: number;
}

export function moments(): Moments {
  let count = 0;
  let mean = 0;
  let squares = 0;
  return {
    add(value) {
      count++;
      const before = value - mean;
      mean += before / count;
      squares += before * (value - mean);
    },
    get mean() {
      return mean;
    },
    get std() {
      return Math.sqrt(squares / count);
    },
  };
}

/** The covariance of pairs, in the same way. */
export function coMoments(): { add(a: number, b: number): void; covariance(): number } {
  let count = 0;
  let meanA = 0;
  let meanB = 0;
  let products = 0;
  return {
    add(a, b) {
      count++;
      const before = a - meanA;
      meanA += before / count;
      meanB += (b - meanB) / count;
      products += before * (b - meanB);
    },
    covariance: () => products / count,
  };
}
