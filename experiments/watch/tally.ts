/** Counts by size in bins of equal ratio: percentiles to within a bin, in the same memory for any run. */
export interface Tally {
  readonly count: number;
  readonly sum: number;
  /** From `leastS` on, `binsPerDecade` to each factor of ten. */
  readonly bins: readonly number[];
}

const leastS = 0.001;
export const binsPerDecade = 40;
/** Up to 10,000 s; what lies beyond is counted at the ends. */
const bins = 7 * binsPerDecade;

export class TallyBook {
  #count = 0;
  #sum = 0;
  readonly #bins = new Array<number>(bins).fill(0);

  add(valueS: number | undefined): void {
    if (valueS === undefined) return;
    this.#count++;
    this.#sum += valueS;
    const place = Math.floor(Math.log10(Math.max(valueS, leastS) / leastS) * binsPerDecade);
    const bin = Math.min(bins - 1, place);
    this.#bins[bin] = (this.#bins[bin] ?? 0) + 1;
  }

  /** As it is now; later samples don't change it. */
  view(): Tally {
    return { count: this.#count, sum: this.#sum, bins: [...this.#bins] };
  }
}

/** Where bin `place` begins. */
export function binEdgeS(place: number): number {
  return leastS * 10 ** (place / binsPerDecade);
}

/** Undefined where nothing was counted. Within a bin as if its samples were spread evenly. */
export function percentileS({ count, bins }: Tally, ratio: number): number | undefined {
  if (count === 0) return undefined;
  const rank = ratio * count;
  let below = 0;
  for (const [place, inBin] of bins.entries()) {
    if (inBin > 0 && below + inBin >= rank) return binEdgeS(place + (rank - below) / inBin);
    below += inBin;
  }
  return binEdgeS(bins.length);
}
