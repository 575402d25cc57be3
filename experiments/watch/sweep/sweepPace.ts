const windowMs = 60_000;
const leastMs = 2000;

/** How fast points come, by those that were seen to come within the last minute. */
export class SweepPace {
  #samples: { readonly atMs: number; readonly done: number }[] = [];

  note(atMs: number, done: number): void {
    this.#samples.push({ atMs, done });
    const oldest = this.#samples.findLastIndex((sample) => atMs - sample.atMs >= windowMs);
    if (oldest > 0) this.#samples = this.#samples.slice(oldest);
  }

  /** Undefined until it can be told. */
  get perS(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const spanMs = last.atMs - first.atMs;
    const points = last.done - first.done;
    return spanMs < leastMs || points <= 0 ? undefined : (points / spanMs) * 1000;
  }
}
