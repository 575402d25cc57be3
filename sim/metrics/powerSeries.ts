import { endS, energyUntilJ, type StepRun } from "../stepRun.ts";
import type { Seconds, Watts } from "../units.ts";

/** What all replicas drew in each second from the first arrival on; idle is added at the end. */
export class PowerSeries {
  readonly #originS: Seconds;
  #aboveIdleJ = new Float64Array(1024);
  #busyGpuS = new Float64Array(1024);

  constructor(originS: Seconds) {
    this.#originS = originS;
  }

  /** Adds a run up to `untilS`, on a replica that draws `idleW` without it. */
  add(run: StepRun, untilS: Seconds, replica: { gpus: number; idleW: Watts }): void {
    let fromS = run.startS;
    let drawnJ = 0;
    let second = Math.floor(fromS - this.#originS);
    const lastSecond = Math.floor(untilS - this.#originS);
    this.#reach(lastSecond);
    for (; second <= lastSecond; second++) {
      const toS = second === lastSecond ? untilS : this.#originS + second + 1;
      const toJ = energyUntilJ(run, Math.min(toS, endS(run)));
      const spanS = toS - fromS;
      this.#aboveIdleJ[second] =
        (this.#aboveIdleJ[second] ?? 0) + (toJ - drawnJ) - replica.idleW * spanS;
      this.#busyGpuS[second] = (this.#busyGpuS[second] ?? 0) + replica.gpus * spanS;
      fromS = toS;
      drawnJ = toJ;
    }
  }

  /** Joules of all GPUs and busy GPU-seconds in each second; the last one may be a part of one. */
  perSecond(durationS: Seconds, idleW: Watts): { gpuJ: Float64Array; busyGpuS: Float64Array } {
    const seconds = Math.ceil(durationS);
    this.#reach(seconds);
    const gpuJ = this.#aboveIdleJ.slice(0, seconds);
    for (let i = 0; i < seconds; i++) {
      gpuJ[i] = (gpuJ[i] ?? 0) + idleW * Math.min(1, durationS - i);
    }
    return { gpuJ, busyGpuS: this.#busyGpuS.slice(0, seconds) };
  }

  #reach(second: number): void {
    let length = this.#aboveIdleJ.length;
    if (second < length) return;
    while (length <= second) length *= 2;
    this.#aboveIdleJ = grown(this.#aboveIdleJ, length);
    this.#busyGpuS = grown(this.#busyGpuS, length);
  }
}

/** The highest mean over one second, as nvidia-smi averages; over all of it where it is shorter. */
export function peakW(gpuJ: Float64Array, durationS: Seconds): Watts {
  if (durationS < 1) return durationS > 0 ? total(gpuJ) / durationS : 0;
  const seconds = Math.floor(durationS);
  // Joules in one second are watts.
  let highest = 0;
  for (let i = 0; i < seconds; i++) highest = Math.max(highest, gpuJ[i] ?? 0);
  // The last second before the end reaches back into a second that was counted whole.
  const restS = durationS - seconds;
  const lastJ = (gpuJ[seconds] ?? 0) + (1 - restS) * (gpuJ[seconds - 1] ?? 0);
  return Math.max(highest, lastJ);
}

export function total(column: Float64Array): number {
  let sum = 0;
  for (const value of column) sum += value;
  return sum;
}

function grown(column: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(length);
  wider.set(column);
  return wider;
}
