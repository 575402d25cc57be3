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

/** What had happened by a moment. */
export interface Passage {
  readonly nowS: Seconds;
  readonly injected: number;
  readonly completed: number;
  /** However they ended: completed, rejected, given up. */
  readonly endedRequests: number;
  /** In queues. */
  readonly waiting: number;
}

const firstLookRequests = 256;
/** A look each time that so many times as many have come; four of them double the number. */
const lookEveryRatio = 2 ** 0.25;
/** Deviations by which what is served falls behind what comes: independent arrivals vary by a root. */
const noiseDeviations = 4;
const fewestCompleted = 64;
/** Of those that completed: as many more in service leave the rate of completions about what is served. */
const steadyServiceRatio = 1 / 4;

/** Looks at the second half of those that have come, at moments so far apart that looking costs nothing. */
export class OverloadWatch {
  #nextLook = 1;
  /** One an earlier look each, the oldest of them when half as many had come, or the first one came. */
  #looks: Passage[] = [];
  /** The last look, where the queue grew before as many were served as tell how fast. */
  #unsure: { readonly since: Passage; readonly seen: Passage } | undefined;

  isDue(injected: number): boolean {
    return injected >= this.#nextLook;
  }

  /** Undefined where the fleet keeps up, where it isn't known yet, or where all came at once. */
  look(now: Passage): Overload | undefined {
    const last = this.#looks.at(-1);
    const since = this.#halfwayTo(now);
    this.#nextLook = Math.max(firstLookRequests, Math.ceil(now.injected * lookEveryRatio));
    this.#unsure = undefined;
    if (last === undefined || since === undefined) return undefined;
    const isBehind =
      now.nowS > since.nowS &&
      now.waiting > last.waiting &&
      now.waiting > inService(now) &&
      now.injected - since.injected > now.completed - since.completed + noise(now, since);
    if (!isBehind) return undefined;
    const completed = now.completed - since.completed;
    const moreInService = inService(now) - inService(since);
    if (completed >= fewestCompleted && moreInService <= steadyServiceRatio * completed) {
      return overloadOf(now, since, { nowS: now.nowS, completed: now.completed });
    }
    this.#unsure = { since, seen: now };
    return undefined;
  }

  /** What the last look could not know, as the whole run shows it. */
  lookBack(end: Pick<Passage, "nowS" | "completed">): Overload | undefined {
    if (this.#unsure === undefined) return undefined;
    const { since, seen } = this.#unsure;
    if (end.completed - since.completed < Math.max(1, inService(seen))) return undefined;
    const overload = overloadOf(seen, since, end);
    return overload.arrivalsPerS > overload.completionsPerS ? overload : undefined;
  }

  /** The latest look at half as many as have come, or fewer; this one is kept for those to follow. */
  #halfwayTo(now: Passage): Passage | undefined {
    const halfway = this.#looks.findLastIndex(({ injected }) => injected <= now.injected / 2);
    this.#looks = [...this.#looks.slice(Math.max(0, halfway)), now];
    return halfway < 0 ? undefined : this.#looks[0];
  }
}

/** Neither in a queue nor at an end: in a batch, or between two replicas. */
function inService({ injected, endedRequests, waiting }: Passage): number {
  return injected - endedRequests - waiting;
}

function noise(now: Passage, since: Passage): number {
  return noiseDeviations * Math.sqrt(now.injected - since.injected);
}

function overloadOf(
  seen: Passage,
  since: Passage,
  served: Pick<Passage, "nowS" | "completed">,
): Overload {
  return {
    seenS: seen.nowS,
    arrivalsPerS: (seen.injected - since.injected) / (seen.nowS - since.nowS),
    completionsPerS: (served.completed - since.completed) / (served.nowS - since.nowS),
    waiting: seen.waiting,
  };
}
