/** Values of one kind by size: bins that are half a percent wide, and what is exact about each. */
export class ValueBins {
  readonly #bins = new Map<number, Bin>();
  #count = 0;

  add(value: number): void {
    const place = value > 0 ? Math.floor(Math.log(value) / binWidth) : Number.NEGATIVE_INFINITY;
    const bin = this.#bins.get(place);
    this.#count++;
    if (bin === undefined) {
      this.#bins.set(place, { count: 1, min: value, max: value });
      return;
    }
    bin.count++;
    if (value < bin.min) bin.min = value;
    if (value > bin.max) bin.max = value;
  }

  get count(): number {
    return this.#count;
  }

  /** From the smallest values to the largest. */
  sorted(): readonly Readonly<Bin>[] {
    return [...this.#bins].sort(([a], [b]) => a - b).map(([, bin]) => bin);
  }

  /**
   * The share of values up to `limit`: exact but for the bin that holds it, whose values are taken to lie
   * evenly between its smallest and its largest.
   */
  shareUpTo(limit: number): number | null {
    if (this.#count === 0) return null;
    let within = 0;
    for (const { count, min, max } of this.#bins.values()) {
      if (max <= limit) within += count;
      else if (min <= limit) within += (count * (limit - min)) / (max - min);
    }
    return within / this.#count;
  }
}

interface Bin {
  count: number;
  min: number;
  max: number;
}

/** Of the natural logarithm. */
const binWidth = Math.log(1.005);
