import { keepGaps, type Request } from "../request.ts";
import type { ValueRange } from "./distribution.ts";

interface LoggedRun extends ValueRange {
  readonly step: number;
}

/**
 * The gaps of one replica's steps, back to the oldest sequence that still decodes. Gaps enter the
 * ITL list as they pass; this lets those of the requests that a horizon leaves unfinished leave it.
 */
export class GapLog {
  #runs: LoggedRun[] = [];
  readonly #keepsAll: boolean;

  /** @param keepsAll whether gaps of those that complete are asked for, too. */
  constructor(keepsAll = false) {
    this.#keepsAll = keepsAll;
  }

  /** Notes the gaps of steps from replica step `step` on. */
  add({ first, growth, count }: ValueRange, step: number): void {
    this.#runs.push({ step, first, growth, count });
  }

  /** The request has all its tokens, in vain where its client is gone. */
  leave(request: Request, step: number, isAbandoned: boolean): void {
    if (this.#keepsAll || isAbandoned) this.keep(request, step);
  }

  /** The request stops decoding before it is done: its gaps so far are kept with it. */
  keep(request: Request, step: number): void {
    const until = this.#placeOf(Math.min(step, request.finishStep));
    for (const run of this.#runs.slice(this.#placeOf(request.joinStep), until)) {
      keepGaps(request, run);
    }
  }

  /** Worth a look for what nobody will ask for. */
  get isLong(): boolean {
    return this.#runs.length >= 4096;
  }

  /** Forgets what no request of these will ask for: they decode since `step` or later. */
  forgetBefore(step: number): void {
    const place = this.#placeOf(step);
    // A log that is mostly needed is not copied again and again.
    if (place * 2 > this.#runs.length) this.#runs = this.#runs.slice(place);
  }

  /** Place of the first run that began at `step` or later. */
  #placeOf(step: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#runs[middle]?.step ?? step) < step) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
