import { endS, energyUntilJ, type StepRun } from "../stepRun.ts";
import type { Joules, Seconds, Watts } from "../units.ts";
import { EvenDraws } from "./evenDraws.ts";

/** Seconds that are stored together: time in which nothing runs takes no memory. */
const blockSeconds = 4096;

interface Block {
  /** Joules of each second above what the busy replicas would draw idle. */
  readonly aboveIdleJ: Float64Array;
  readonly busyGpuS: Float64Array;
  /** Kept where somebody asks for the series. */
  readonly detail: Detail | undefined;
}

interface Detail {
  /** Sequences of batches times seconds, and used share of KV blocks times seconds, of all replicas. */
  readonly seqS: Float64Array;
  readonly kvRatioS: Float64Array;
  /** The highest mean of a run's part that lies in that second, of each GPU of its replica. */
  readonly highestRunW: Float64Array;
}

/** What happened in some seconds, added up; but for the highest of them. */
export interface Sums {
  gpuJ: Joules;
  busyGpuS: number;
  seqS: number;
  kvRatioS: number;
  highestRunW: Watts;
}

interface Span {
  readonly startedS: Seconds;
  readonly endedS: Seconds;
}

/** What is drawn besides the runs: always, and by each GPU that is busy. */
export interface Background {
  readonly constantW: Watts;
  readonly perBusyGpuW: Watts;
}

/** What all replicas drew in each second from the first arrival on. */
export class PowerSeries {
  readonly #originS: Seconds;
  readonly #isDetailed: boolean;
  readonly #blocks = new Map<number, Block>();
  /** Of the blocks that lie wholly within what is drawn evenly. */
  readonly #even = new EvenDraws(blockSeconds);

  constructor(originS: Seconds, isDetailed = false) {
    this.#originS = originS;
    this.#isDetailed = isDetailed;
  }

  /** Adds a run up to `untilS`. */
  add(run: StepRun, untilS: Seconds, kvUsedRatio = 0): void {
    let fromS = run.startS;
    let drawnJ = 0;
    const lastSecond = Math.floor(untilS - this.#originS);
    for (let second = Math.floor(fromS - this.#originS); second <= lastSecond; second++) {
      const toS = second === lastSecond ? untilS : this.#originS + second + 1;
      const toJ = energyUntilJ(run, Math.min(toS, endS(run)));
      const spanS = toS - fromS;
      const { aboveIdleJ, busyGpuS, detail } = this.#blockOf(second);
      const place = second % blockSeconds;
      aboveIdleJ[place] = (aboveIdleJ[place] ?? 0) + (toJ - drawnJ) - run.idleW * spanS;
      busyGpuS[place] = (busyGpuS[place] ?? 0) + run.gpus * spanS;
      if (detail !== undefined && spanS > 0) {
        const runW = (toJ - drawnJ) / (spanS * run.gpus);
        detail.seqS[place] = (detail.seqS[place] ?? 0) + run.seqs * spanS;
        detail.kvRatioS[place] = (detail.kvRatioS[place] ?? 0) + kvUsedRatio * spanS;
        detail.highestRunW[place] = Math.max(detail.highestRunW[place] ?? 0, runW);
      }
      fromS = toS;
      drawnJ = toJ;
    }
  }

  /** Adds joules that are drawn evenly, beside what replicas draw. */
  addEvenly({ startedS, endedS }: Span, energyJ: Joules): void {
    const from = Math.floor((startedS - this.#originS) / blockSeconds) + 1;
    const to = Math.floor((endedS - this.#originS) / blockSeconds);
    if (to <= from) {
      this.#addToSeconds({ startedS, endedS }, energyJ);
      return;
    }
    const powerW = energyJ / (endedS - startedS);
    const fromS = this.#originS + from * blockSeconds;
    const toS = this.#originS + to * blockSeconds;
    const beforeJ = powerW * (fromS - startedS);
    this.#even.add(from, to, powerW);
    this.#addToSeconds({ startedS, endedS: fromS }, beforeJ);
    const afterJ = energyJ - beforeJ - powerW * (toS - fromS);
    this.#addToSeconds({ startedS: toS, endedS }, afterJ);
  }

  /** Joules of the runs above what their replicas would have drawn idle. */
  aboveIdleJ(): Joules {
    let sumJ = this.#even.energyJ();
    for (const { aboveIdleJ } of this.#blocks.values()) {
      for (const joules of aboveIdleJ) sumJ += joules;
    }
    return sumJ;
  }

  /** Mean watts of the runs and the background over the second that begins at `second`. */
  secondW(second: number, { constantW, perBusyGpuW }: Background): Watts {
    const id = Math.floor(second / blockSeconds);
    const block = this.#blocks.get(id);
    const place = second % blockSeconds;
    const evenW = this.#even.powerW(id);
    // Joules in one second are watts.
    const aboveIdleW = (block?.aboveIdleJ[place] ?? 0) + evenW;
    return constantW + aboveIdleW + perBusyGpuW * (block?.busyGpuS[place] ?? 0);
  }

  /**
   * Adds what happened from second `from` on up to `to`; joules are those above idle, and without detail
   * there are only they and busyGpuS. A block in which nothing ran is one addition.
   */
  addUp(sums: Sums, from: number, to: number): void {
    for (let second = from; second < to; ) {
      const id = Math.floor(second / blockSeconds);
      const first = id * blockSeconds;
      const end = Math.min(Math.ceil(to), first + blockSeconds);
      const block = this.#blocks.get(id);
      const evenW = this.#even.powerW(id);
      if (block === undefined) sums.gpuJ += evenW * (end - second);
      else addBlock(sums, block, { fromS: second - first, toS: end - first, evenW });
      second = end;
    }
  }

  /** The highest mean over one second, as nvidia-smi averages; over all of it where it is shorter. */
  peakW(durationS: Seconds, background: Background): Watts {
    if (durationS <= 0) return 0;
    const ofRuns = { ...background, constantW: 0 };
    if (durationS < 1) return background.constantW + this.secondW(0, ofRuns) / durationS;
    const seconds = Math.floor(durationS);
    let highest = background.constantW;
    for (const block of new Set([...this.#blocks.keys(), ...this.#even.changing()])) {
      const first = block * blockSeconds;
      const end = Math.min(seconds, first + blockSeconds);
      for (let second = first; second < end; second++) {
        highest = Math.max(highest, this.secondW(second, background));
      }
    }
    // The last second before the end reaches back into a second that was counted whole.
    const restS = durationS - seconds;
    const reachedW = (1 - restS) * this.secondW(seconds - 1, ofRuns);
    const lastW = background.constantW + this.secondW(seconds, ofRuns) + reachedW;
    return Math.max(highest, lastW);
  }

  #addToSeconds({ startedS, endedS }: Span, energyJ: Joules): void {
    const powerW = endedS > startedS ? energyJ / (endedS - startedS) : 0;
    let fromS = startedS;
    let leftJ = energyJ;
    const lastSecond = Math.floor(endedS - this.#originS);
    for (let second = Math.floor(fromS - this.#originS); second <= lastSecond; second++) {
      const toS = this.#originS + second + 1;
      const partJ = second === lastSecond ? leftJ : powerW * (toS - fromS);
      const { aboveIdleJ } = this.#blockOf(second);
      const place = second % blockSeconds;
      aboveIdleJ[place] = (aboveIdleJ[place] ?? 0) + partJ;
      leftJ -= partJ;
      fromS = toS;
    }
  }

  #blockOf(second: number): Block {
    const key = Math.floor(second / blockSeconds);
    const found = this.#blocks.get(key);
    if (found !== undefined) return found;
    const block = {
      aboveIdleJ: new Float64Array(blockSeconds),
      busyGpuS: new Float64Array(blockSeconds),
      detail: this.#isDetailed ? newDetail() : undefined,
    };
    this.#blocks.set(key, block);
    return block;
  }
}

interface Part {
  /** Seconds of the block. */
  readonly fromS: Seconds;
  readonly toS: Seconds;
  readonly evenW: Watts;
}

function addBlock(sums: Sums, block: Block, { fromS, toS, evenW }: Part): void {
  const { aboveIdleJ, busyGpuS, detail } = block;
  for (let place = fromS; place < toS; place++) {
    sums.gpuJ += (aboveIdleJ[place] ?? 0) + evenW;
    sums.busyGpuS += busyGpuS[place] ?? 0;
    if (detail === undefined) continue;
    sums.seqS += detail.seqS[place] ?? 0;
    sums.kvRatioS += detail.kvRatioS[place] ?? 0;
    sums.highestRunW = Math.max(sums.highestRunW, detail.highestRunW[place] ?? 0);
  }
}

function newDetail(): Detail {
  return {
    seqS: new Float64Array(blockSeconds),
    kvRatioS: new Float64Array(blockSeconds),
    highestRunW: new Float64Array(blockSeconds),
  };
}
