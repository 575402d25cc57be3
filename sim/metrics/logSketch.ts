/** Ratio between the bounds of a bucket: its middle is within 0.05 % of every value in it. */
const bucketRatio = 1.001;
const logBucketRatio = Math.log(bucketRatio);

/** Counts by buckets of equal relative width: quantiles within 0.1 % in memory that does not grow. */
export class LogSketch {
  /** Weight of values that are 0. */
  #zeroWeight = 0;
  #weights = new Float64Array(1024);
  /** Bucket number of the first element of #weights. */
  #offset = 0;
  #empty = true;

  add(value: number, weight: number): void {
    if (value <= 0) this.#zeroWeight += weight;
    else this.#addToBucket(bucketOf(value), weight);
  }

  /** Adds first, first + growth, … (count values), each with the same weight. */
  addRange(first: number, growth: number, count: number, weight: number): void {
    const last = first + growth * (count - 1);
    // No bucket holds 0.
    if (first <= 0 || last <= 0) {
      for (let i = 0; i < count; i++) this.add(first + growth * i, weight);
      return;
    }
    const lastBucket = bucketOf(last);
    if (bucketOf(first) === lastBucket) {
      this.#addToBucket(lastBucket, count * weight);
      return;
    }
    // Each round fills one bucket of a monotone range, so there are as many as buckets touched.
    let from = 0;
    while (from < count) {
      const bucket = bucketOf(first + growth * from);
      const bound = growth > 0 ? upperBound(bucket) : upperBound(bucket - 1);
      const until = Math.max(from + 1, Math.min(count, Math.ceil((bound - first) / growth)));
      this.#addToBucket(bucket, (until - from) * weight);
      from = until;
    }
  }

  /** The value that `rank` of the weight lies below, 0 <= rank < total weight. */
  valueAt(rank: number): number {
    let below = this.#zeroWeight;
    if (rank < below) return 0;
    const weights = this.#weights;
    let lastFilled = 0;
    for (let i = 0; i < weights.length; i++) {
      const weight = weights[i] ?? 0;
      if (weight <= 0) continue;
      below += weight;
      lastFilled = i;
      if (rank < below) break;
    }
    return (upperBound(this.#offset + lastFilled) * 2) / (1 + bucketRatio);
  }

  #addToBucket(bucket: number, weight: number): void {
    if (this.#empty) {
      this.#offset = bucket - (this.#weights.length >> 1);
      this.#empty = false;
    }
    const index = bucket - this.#offset;
    if (index < 0 || index >= this.#weights.length) {
      this.#widen(bucket);
      this.#addToBucket(bucket, weight);
      return;
    }
    this.#weights[index] = (this.#weights[index] ?? 0) + weight;
  }

  #widen(bucket: number): void {
    const old = this.#weights;
    const wider = new Float64Array(old.length * 2);
    const shift = bucket < this.#offset ? old.length : 0;
    wider.set(old, shift);
    this.#offset -= shift;
    this.#weights = wider;
  }
}

function bucketOf(value: number): number {
  return Math.ceil(Math.log(value) / logBucketRatio);
}

function upperBound(bucket: number): number {
  return Math.exp(bucket * logBucketRatio);
}
