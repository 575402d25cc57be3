import { broken } from "../assert.ts";
import { LogSketch } from "./logSketch.ts";

/** Mean and population standard deviation; percentiles interpolated linearly, as numpy does. */
export interface Statistics {
  readonly count: number;
  readonly mean: number;
  readonly std: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  /** False where percentiles come from a sketch, within 0.1 %. */
  readonly exact: boolean;
}

/** Values that grow evenly: first, first + growth, and so on. */
export interface ValueRange {
  readonly first: number;
  readonly growth: number;
  readonly count: number;
}

const exactSamples = 1_000_000;

/** Weighted samples of a quantity >= 0: exact up to a million of them, then a sketch within 0.1 %. */
export class Distribution {
  #count = 0;
  #sum = 0;
  #squares = 0;
  /** Deviations are summed from the first sample, so that equal samples have a deviation of 0. */
  #origin = 0;
  #stored = 0;
  #values = new Float64Array(256);
  /** Undefined while every sample weighs 1, as requests do. */
  #weights: Float64Array<ArrayBuffer> | undefined;
  #sketch: LogSketch | undefined;

  get count(): number {
    return this.#count;
  }

  /** Sum of the samples. */
  get sum(): number {
    return this.#count === 0 ? 0 : this.#sum + this.#count * this.#origin;
  }

  add(value: number, weight = 1): void {
    this.#accumulate(value, weight);
    if (this.#sketch === undefined) this.#store(value, weight);
    else this.#sketch.add(value, weight);
  }

  /** Adds first, first + growth, … (count values), each `weight` times; a negative weight removes. */
  addRange(range: ValueRange, weight: number): void {
    const { first, growth, count } = range;
    if (this.#sketch === undefined) {
      for (let i = 0; i < count; i++) this.add(first + growth * i, weight);
      return;
    }
    this.#accumulateRange(first, growth, count, weight);
    this.#sketch.addRange(first, growth, count, weight);
  }

  /** Undefined where there is no sample. */
  statistics(): Statistics | undefined {
    if (this.#count <= 0) return undefined;
    const meanOffset = this.#sum / this.#count;
    const variance = Math.max(0, this.#squares / this.#count - meanOffset * meanOffset);
    const sampleAt = this.#sampleAt();
    const quantile = (p: number): number => {
      const position = (this.#count - 1) * p;
      const rank = Math.floor(position);
      const lower = sampleAt(rank);
      const upper = sampleAt(Math.min(rank + 1, this.#count - 1));
      return lower + (position - rank) * (upper - lower);
    };
    return {
      count: this.#count,
      mean: this.#origin + meanOffset,
      std: Math.sqrt(variance),
      p50: quantile(0.5),
      p90: quantile(0.9),
      p95: quantile(0.95),
      p99: quantile(0.99),
      exact: this.#sketch === undefined,
    };
  }

  #accumulate(value: number, weight: number): void {
    if (!(value >= 0 && Number.isFinite(value))) broken(`a sample of ${value}`);
    if (this.#count === 0) this.#origin = value;
    const offset = value - this.#origin;
    this.#count += weight;
    this.#sum += weight * offset;
    this.#squares += weight * offset * offset;
  }

  #accumulateRange(first: number, growth: number, count: number, weight: number): void {
    const offset = first - this.#origin;
    const indices = (count * (count - 1)) / 2;
    const squares = (indices * (2 * count - 1)) / 3;
    this.#count += weight * count;
    this.#sum += weight * (count * offset + growth * indices);
    this.#squares +=
      weight *
      (count * offset * offset + 2 * offset * growth * indices + growth * growth * squares);
  }

  #store(value: number, weight: number): void {
    if (this.#count > exactSamples) {
      this.#startSketch();
      this.#sketch?.add(value, weight);
      return;
    }
    if (this.#stored === this.#values.length) {
      this.#values = doubled(this.#values);
      if (this.#weights !== undefined) this.#weights = doubled(this.#weights);
    }
    if (weight !== 1) this.#weights ??= new Float64Array(this.#values.length).fill(1);
    this.#values[this.#stored] = value;
    if (this.#weights !== undefined) this.#weights[this.#stored] = weight;
    this.#stored++;
  }

  #startSketch(): void {
    this.#sketch = new LogSketch();
    for (let i = 0; i < this.#stored; i++) {
      this.#sketch.add(this.#values[i] ?? 0, this.#weights?.[i] ?? 1);
    }
    this.#values = new Float64Array(0);
    this.#weights = undefined;
  }

  /** The sample of each rank, 0 <= rank < count, in order of size. */
  #sampleAt(): (rank: number) => number {
    const sketch = this.#sketch;
    if (sketch !== undefined) return (rank) => sketch.valueAt(rank);
    const samples = this.#values.subarray(0, this.#stored);
    if (this.#weights === undefined) {
      // Ten times as fast as sorting pairs, and lists of requests are all like this. In place: no
      // sum depends on their order any more, and copies of a million samples are what memory peaks at.
      samples.sort();
      return (rank) => samples[rank] ?? 0;
    }
    const weights = this.#weights.subarray(0, this.#stored);
    const { values, weightBelow } = sortedByValue(samples, weights);
    // weightBelow[i] is the weight of values 0 to i: the sample at a rank is the first one above it.
    return (rank) => {
      let low = 0;
      let high = values.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((weightBelow[middle] ?? 0) > rank) high = middle;
        else low = middle + 1;
      }
      return values[low] ?? 0;
    };
  }
}

/** Distinct values in order with the weight up to and including each; values whose weight is 0 leave. */
function sortedByValue(values: Float64Array, weights: Float64Array) {
  const order = new Uint32Array(values.length).map((_, index) => index);
  order.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const distinct: number[] = [];
  const weightBelow: number[] = [];
  let below = 0;
  for (let i = 0; i < order.length; ) {
    const value = values[order[i] ?? 0] ?? 0;
    let weight = 0;
    for (; i < order.length && values[order[i] ?? 0] === value; i++) {
      weight += weights[order[i] ?? 0] ?? 0;
    }
    if (weight === 0) continue;
    below += weight;
    distinct.push(value);
    weightBelow.push(below);
  }
  return { values: distinct, weightBelow };
}

function doubled(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(Math.max(256, column.length * 2));
  wider.set(column);
  return wider;
}
