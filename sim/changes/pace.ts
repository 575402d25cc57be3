import type { RequestSpec } from "../ports.ts";
import type { Seconds } from "../units.ts";

/** From a moment of the source on, which is this moment of the run, time passes so many times as fast there. */
interface Stretch {
  readonly sourceS: Seconds;
  readonly runS: Seconds;
  readonly factor: number;
}

/** How fast a source's time passes: what it says comes at this rate comes at another. */
export class Pace {
  /** Those that may still be asked for, in order; at least one. */
  readonly #stretches: Stretch[] = [];
  #last: Stretch = { sourceS: 0, runS: 0, factor: 1 };
  #isChanged = false;

  constructor() {
    this.#stretches.push(this.#last);
  }

  /** The request as it comes in the run; requests are asked for in order. */
  timed(spec: RequestSpec): RequestSpec {
    if (!this.#isChanged) return spec;
    const { arrivalS: sourceS } = spec;
    while (this.#stretches.length > 1 && (this.#stretches[1]?.sourceS ?? 0) <= sourceS) {
      this.#stretches.shift();
    }
    const [stretch = this.#last] = this.#stretches;
    return { ...spec, arrivalS: stretch.runS + (sourceS - stretch.sourceS) / stretch.factor };
  }

  /** False where it is the pace already. */
  change(factor: number, nowS: Seconds): boolean {
    const { sourceS, runS, factor: before } = this.#last;
    if (factor === before) return false;
    this.#isChanged = true;
    this.#last = { sourceS: sourceS + (nowS - runS) * before, runS: nowS, factor };
    this.#stretches.push(this.#last);
    return true;
  }
}
