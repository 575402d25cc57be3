import FastPriorityQueue from "fastpriorityqueue";
import { broken } from "./assert.ts";
import type { Change } from "./changes/change.ts";
import type { Outage } from "./failures/outages.ts";
import type { RequestSpec } from "./ports.ts";
import type { ClientEnd, Request } from "./request.ts";
import type { ReplicaId, Seconds } from "./units.ts";

/** Order of events that share an instant: what frees capacity precedes what claims it. */
const rank = {
  runEnd: 0,
  transferEnd: 1,
  linkChange: 2,
  repair: 3,
  failure: 4,
  change: 5,
  arrival: 6,
  giveUp: 7,
  batchWait: 8,
  steadyEnd: 9,
  stop: 10,
} as const;

export type LinkEvent =
  /** Stale where a link has more or fewer transfers than when this was foretold. */
  | { readonly kind: "transferEnd"; readonly linkId: number; readonly plan: number }
  /** Links have this share of their bandwidth from now on. */
  | { readonly kind: "linkChange"; readonly bandwidthRatio: number };

export type OutageEvent =
  | { readonly kind: "failure"; readonly replica: ReplicaId; readonly outage: Outage }
  | { readonly kind: "repair"; readonly replica: ReplicaId };

export type SimEvent =
  /** `plan` is the run's generation: a run that was cut leaves a stale event behind. */
  | { readonly kind: "runEnd"; readonly replica: ReplicaId; readonly plan: number }
  | LinkEvent
  | OutageEvent
  | { readonly kind: "change"; readonly change: Change }
  | { readonly kind: "arrival"; readonly spec: RequestSpec; readonly fromSource: boolean }
  /** A client gives up, unless its request has ended. */
  | { readonly kind: "giveUp"; readonly request: Request; readonly how: ClientEnd }
  /** A static batch has waited long enough for its missing requests. */
  | { readonly kind: "batchWait"; readonly replica: ReplicaId }
  /** The last request of a closed loop is issued. */
  | { readonly kind: "steadyEnd" }
  | { readonly kind: "stop" };

interface Entry {
  readonly timeS: Seconds;
  readonly sequence: number;
  readonly event: SimEvent;
}

/** The future-event list, in the total order (time, rank, insertion). */
export class Calendar {
  #nowS: Seconds = 0;
  #sequence = 0;
  readonly #queue = new FastPriorityQueue<Entry>(precedes);

  get nowS(): Seconds {
    return this.#nowS;
  }

  get isEmpty(): boolean {
    return this.#queue.isEmpty();
  }

  schedule(timeS: Seconds, event: SimEvent): void {
    if (!Number.isFinite(timeS)) broken(`${event.kind} at ${timeS} s`);
    if (timeS < this.#nowS) broken(`${event.kind} at ${timeS} s lies before now, ${this.#nowS} s`);
    this.#queue.add({ timeS, sequence: this.#sequence++, event });
  }

  next(): SimEvent | undefined {
    const entry = this.#queue.poll();
    if (entry === undefined) return undefined;
    this.#nowS = entry.timeS;
    return entry.event;
  }

  /** Takes out all that is left, in order; the clock stands still. */
  *drain(): Generator<SimEvent> {
    for (let entry = this.#queue.poll(); entry !== undefined; entry = this.#queue.poll()) {
      yield entry.event;
    }
  }

  /** When the next event is due; Infinity where none is left. */
  nextTimeS(): Seconds {
    return this.#queue.peek()?.timeS ?? Number.POSITIVE_INFINITY;
  }
}

function precedes(a: Entry, b: Entry): boolean {
  if (a.timeS !== b.timeS) return a.timeS < b.timeS;
  const byRank = rank[a.event.kind] - rank[b.event.kind];
  return byRank === 0 ? a.sequence < b.sequence : byRank < 0;
}
