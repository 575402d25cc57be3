import type { Seconds } from "../units.ts";

/** Requests come faster than they are served. */
export interface Overload {
  /** When it was seen, and the rates since a moment when half as many had come. */
  readonly seenS: Seconds;
  readonly arrivalsPerS: number;
  readonly completionsPerS: number;
  /** Requests in queues then. */
  readonly waiting: number;
}

interface Counts {
  readonly nowS: Seconds;
  readonly injected: number;
  readonly completed: number;
}

interface Queued {
  readonly waitingSeqs: number;
  readonly runningSeqs: number;
}

const firstLookRequests = 256;
/** Deviations by which what is served falls behind what comes: independent arrivals vary by a root. */
const noiseDeviations = 4;
const fewBatches = 4;

/** Looks whenever as many have come again, so that looking costs nothing and short bursts don't count. */
export class OverloadWatch {
  #nextLook = firstLookRequests;
  #before: Counts = { nowS: 0, injected: 0, completed: 0 };

  isDue(injected: number): boolean {
    return injected >= this.#nextLook;
  }

  /** Undefined where the fleet keeps up, or all came at once. */
  look(now: Counts, replicas: readonly Queued[]): Overload | undefined {
    const before = this.#before;
    this.#before = now;
    this.#nextLook = 2 * now.injected;
    const passedS = now.nowS - before.nowS;
    const injected = now.injected - before.injected;
    const completed = now.completed - before.completed;
    let waiting = 0;
    let running = 0;
    for (const { waitingSeqs, runningSeqs } of replicas) {
      waiting += waitingSeqs;
      running += runningSeqs;
    }
    const fallsBehind = injected - completed > noiseDeviations * Math.sqrt(injected);
    // Until a few batches have come to their end, nobody knows how many are served in a second.
    const isKnown = passedS > 0 && completed >= fewBatches * running;
    if (!isKnown || !fallsBehind || waiting <= running) return undefined;
    return {
      seenS: now.nowS,
      arrivalsPerS: injected / passedS,
      completionsPerS: completed / passedS,
      waiting,
    };
  }
}
