import { endS, energyUntilJ, type StepRun } from "../stepRun.ts";
import type { Joules, Seconds, Watts } from "../units.ts";

/** Seconds that are stored together: time in which nothing runs takes no memory. */
const blockSeconds = 4096;

interface Block {
  /** Joules of each second above what the busy replicas would draw idle. */
  readonly aboveIdleJ: Float64Array;
  readonly busyGpuS: Float64Array;
}

/** What is drawn besides the runs: always, and by each GPU that is busy. */
export interface Background {
  readonly constantW: Watts;
  readonly perBusyGpuW: Watts;
}

/** What all replicas drew in each second from the first arrival on. */
export class PowerSeries {
  readonly #originS: Seconds;
  readonly #blocks = new Map<number, Block>();

  constructor(originS: Seconds) {
    this.#originS = originS;
  }

  /** Adds a run up to `untilS`, on a replica that draws `idleW` without it. */
  add(run: StepRun, untilS: Seconds, replica: { gpus: number; idleW: Watts }): void {
    let fromS = run.startS;
    let drawnJ = 0;
    const lastSecond = Math.floor(untilS - this.#originS);
    for (let second = Math.floor(fromS - this.#originS); second <= lastSecond; second++) {
      const toS = second === lastSecond ? untilS : this.#originS + second + 1;
      const toJ = energyUntilJ(run, Math.min(toS, endS(run)));
      const spanS = toS - fromS;
      const { aboveIdleJ, busyGpuS } = this.#blockOf(second);
      const place = second % blockSeconds;
      aboveIdleJ[place] = (aboveIdleJ[place] ?? 0) + (toJ - drawnJ) - replica.idleW * spanS;
      busyGpuS[place] = (busyGpuS[place] ?? 0) + replica.gpus * spanS;
      fromS = toS;
      drawnJ = toJ;
    }
  }

  /** Joules of the runs above what their replicas would have drawn idle. */
  aboveIdleJ(): Joules {
    let sumJ = 0;
    for (const { aboveIdleJ } of this.#blocks.values()) {
      for (const joules of aboveIdleJ) sumJ += joules;
    }
    return sumJ;
  }

  /** Mean watts of the runs and the background over the second that begins at `second`. */
  secondW(second: number, { constantW, perBusyGpuW }: Background): Watts {
    const block = this.#blocks.get(Math.floor(second / blockSeconds));
    const place = second % blockSeconds;
    // Joules in one second are watts.
    return (
      constantW + (block?.aboveIdleJ[place] ?? 0) + perBusyGpuW * (block?.busyGpuS[place] ?? 0)
    );
  }

  /** The highest mean over one second, as nvidia-smi averages; over all of it where it is shorter. */
  peakW(durationS: Seconds, background: Background): Watts {
    if (durationS <= 0) return 0;
    const ofRuns = { ...background, constantW: 0 };
    if (durationS < 1) return background.constantW + this.secondW(0, ofRuns) / durationS;
    const seconds = Math.floor(durationS);
    let highest = background.constantW;
    for (const block of this.#blocks.keys()) {
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

  #blockOf(second: number): Block {
    const key = Math.floor(second / blockSeconds);
    const found = this.#blocks.get(key);
    if (found !== undefined) return found;
    const block = {
      aboveIdleJ: new Float64Array(blockSeconds),
      busyGpuS: new Float64Array(blockSeconds),
    };
    this.#blocks.set(key, block);
    return block;
  }
}
