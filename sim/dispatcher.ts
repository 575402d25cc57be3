import { broken } from "./assert.ts";
import type { Calendar } from "./calendar.ts";
import type { LockstepGroup } from "./dataParallel/lockstepGroup.ts";
import type { PoolBooks } from "./metrics/poolBooks.ts";
import { beyondLimit } from "./queue/beyondLimit.ts";
import type { Replica } from "./replica.ts";
import type { Request } from "./request.ts";
import type { Stepper } from "./stepper.ts";
import type { ReplicaId, Seconds } from "./units.ts";

/** Starts the steps of replicas, once an instant is over, and tells the calendar when they end. */
export class Dispatcher {
  readonly #steppers: readonly Stepper[];
  readonly #calendar: Calendar;
  readonly #turnAway: (request: Request) => void;
  readonly #pools: PoolBooks | undefined;
  /** By the rank's id. */
  readonly #groups: readonly LockstepGroup[] | undefined;
  /** Replicas that may be able to start a step, each once: a list, since clearing a set allocates. */
  readonly #ready: ReplicaId[] = [];
  readonly #isReady: Uint8Array;
  #hasWokenAll = false;

  /**
   * @param turnAway a request waits where too many do.
   * @param told pools are told which replica is at work; groups are of ranks that step together.
   */
  constructor(
    steppers: readonly Stepper[],
    calendar: Calendar,
    turnAway: (request: Request) => void,
    told: {
      readonly pools?: PoolBooks | undefined;
      readonly groups?: readonly LockstepGroup[] | undefined;
    },
  ) {
    this.#pools = told.pools;
    this.#groups = told.groups;
    this.#steppers = steppers;
    this.#isReady = new Uint8Array(steppers.length);
    this.#calendar = calendar;
    this.#turnAway = turnAway;
  }

  /** A replica at work: what is booked from now on is its own. */
  stepper(id: ReplicaId): Stepper {
    this.#pools?.enter(id);
    const stepper = this.#steppers[id];
    return stepper ?? broken(`replica ${id} of ${this.#steppers.length}`);
  }

  /** What is booked from now on is no replica's own. */
  nobody(): void {
    this.#pools?.enter(undefined);
  }

  wake(id: ReplicaId): void {
    if (this.#isReady[id] === 1) return;
    this.#isReady[id] = 1;
    this.#ready.push(id);
  }

  /** Later calls do nothing: whoever has something to do since then is woken for it. */
  wakeAllOnce(): void {
    if (this.#hasWokenAll) return;
    this.#hasWokenAll = true;
    for (const { replica } of this.#steppers) this.wake(replica.id);
  }

  /** It had seemed that no request would come any more. */
  sourceGoesOn(): void {
    this.#hasWokenAll = false;
  }

  /** In the order of their ids. */
  startReady(nowS: Seconds, source: { readonly ended: boolean }): void {
    const ready = this.#ready;
    if (ready.length === 0) return;
    if (ready.length > 1) ready.sort((a, b) => a - b);
    // Whoever is turned away may end the source and so wake others: they stand behind in the list.
    for (const id of ready) {
      this.#isReady[id] = 0;
      const group = this.#groups?.[id];
      if (group === undefined) this.#start(this.stepper(id), nowS, source.ended);
      else this.#startTogether(group, nowS, source.ended);
    }
    ready.length = 0;
  }

  /** The run in flight ends at the next step boundary, if it has more of them. */
  cut(stepper: Stepper, nowS: Seconds): void {
    const endS = stepper.cut(nowS);
    if (endS !== undefined) this.#scheduleRunEnd(stepper, endS);
  }

  #start(stepper: Stepper, nowS: Seconds, sourceEnded: boolean): void {
    if (stepper.run !== undefined) return;
    const { replica } = stepper;
    replica.sourceEnded = sourceEnded;
    let endS = stepper.start(nowS);
    if (this.#turnAwayFrom(replica)) endS = stepper.cut(nowS) ?? endS;
    if (endS !== undefined) {
      this.#scheduleRunEnd(stepper, endS);
      return;
    }
    const startsByS = replica.config.batcher.startsByS?.(replica);
    if (startsByS !== undefined) {
      this.#calendar.schedule(startsByS, { kind: "batchWait", replica: replica.id });
    }
  }

  #startTogether(group: LockstepGroup, nowS: Seconds, sourceEnded: boolean): void {
    if (group.inFlight) return;
    for (const { replica } of group.steppers) replica.sourceEnded = sourceEnded;
    const endS = group.start(nowS);
    for (const stepper of group.steppers) {
      this.#turnAwayFrom(stepper.replica);
      if (endS !== undefined && stepper.run !== undefined) this.#scheduleRunEnd(stepper, endS);
    }
  }

  /** True where another is the first to wait, who may have room at the next step boundary. */
  #turnAwayFrom(replica: Replica): boolean {
    if (replica.config.maxWaiting === undefined) return false;
    const first = replica.firstWaiting;
    for (const request of beyondLimit(replica)) this.#turnAway(request);
    return replica.firstWaiting !== first;
  }

  #scheduleRunEnd(stepper: Stepper, endS: Seconds): void {
    const { replica, plan } = stepper;
    this.#calendar.schedule(endS, { kind: "runEnd", replica: replica.id, plan });
  }
}
