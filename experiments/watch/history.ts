/** Means over one bin of simulated time, or what was so at its end. */
export interface HistoryBin {
  readonly powerW: number;
  readonly tokensPerS: number;
  readonly waiting: number;
  readonly running: number;
}

/** A run from its start on, in bins of equal length. */
export interface History {
  readonly startS: number;
  readonly binS: number;
  readonly bins: readonly HistoryBin[];
}

/** Sums since the start of the run, at one moment. */
export interface Moment {
  readonly nowS: number;
  readonly energyJ: number;
  readonly outputTokens: number;
  readonly waiting: number;
  readonly running: number;
}

const mostBins = 800;

/** Of the bins of a run that is expected to take so long. */
export function binOf(expectedS: number): number {
  return expectedS / (mostBins / 2);
}

/** Holds any run in the same memory: where bins run out, they are joined in pairs. */
export class HistoryBook {
  readonly startS: number;
  #binS: number;
  #bins: HistoryBin[] = [];
  #last: Moment;

  constructor(first: Moment, binS: number) {
    this.startS = first.nowS;
    this.#last = first;
    this.#binS = binS;
  }

  /** When the bin ends that is being filled. */
  get edgeS(): number {
    return this.startS + (this.#bins.length + 1) * this.#binS;
  }

  /** At the edge of a bin, or at the end of the run. */
  close(moment: Moment): void {
    const spanS = moment.nowS - this.#last.nowS;
    if (spanS <= 0) return;
    const { waiting, running } = moment;
    this.#bins.push({
      powerW: (moment.energyJ - this.#last.energyJ) / spanS,
      // A failure takes tokens back.
      tokensPerS: Math.max(0, moment.outputTokens - this.#last.outputTokens) / spanS,
      waiting,
      running,
    });
    this.#last = moment;
    if (this.#bins.length === mostBins) this.#joinPairs();
  }

  view(): History {
    return { startS: this.startS, binS: this.#binS, bins: [...this.#bins] };
  }

  #joinPairs(): void {
    const joined: HistoryBin[] = [];
    for (let i = 0; i + 1 < this.#bins.length; i += 2) {
      const [first, second] = [this.#bins[i], this.#bins[i + 1]];
      if (first === undefined || second === undefined) break;
      joined.push({
        ...second,
        powerW: (first.powerW + second.powerW) / 2,
        tokensPerS: (first.tokensPerS + second.tokensPerS) / 2,
      });
    }
    this.#bins = joined;
    this.#binS *= 2;
  }
}
