/** A histogram: `counts[i]` lie between `bins[i]` and `bins[i + 1]`. */
export interface Histogram {
  readonly bins: readonly number[];
  readonly counts: readonly number[];
}

/** Lengths in a sample: enough for the mean to be exact and the spread to be right within 1 %. */
const slices = 32;

/**
 * Lengths that are each as likely as the next: the means of equal slices of a histogram, whose bins
 * are evenly filled. Rising, whole tokens.
 */
export function lengthSample({ bins, counts }: Histogram): number[] {
  const population = counts.reduce((sum, count) => sum + count, 0);
  const perSlice = population / slices;
  const sums = new Array<number>(slices).fill(0);
  let before = 0;
  for (const [bin, count] of counts.entries()) {
    const [from = 0, to = 0] = bins.slice(bin, bin + 2);
    const valueAt = (rank: number) => from + ((to - from) * (rank - before)) / count;
    for (let rank = before; rank < before + count; ) {
      const slice = Math.min(slices - 1, Math.floor(rank / perSlice + 1e-9));
      const until = Math.min(before + count, (slice + 1) * perSlice);
      const next = until > rank ? until : before + count;
      sums[slice] = (sums[slice] ?? 0) + ((valueAt(rank) + valueAt(next)) / 2) * (next - rank);
      rank = next;
    }
    before += count;
  }
  return sums.map((sum) => Math.max(1, Math.round(sum / perSlice)));
}

export function meanOf(sample: readonly number[]): number {
  return sample.reduce((sum, value) => sum + value, 0) / sample.length;
}

export function stdOf(sample: readonly number[]): number {
  const mean = meanOf(sample);
  return Math.sqrt(meanOf(sample.map((value) => (value - mean) ** 2)));
}
