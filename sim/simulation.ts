import { type Arrival, Arrivals } from "./arrivals.ts";
import { assert, SimulationError } from "./assert.ts";
import { Calendar, type SimEvent } from "./calendar.ts";
import { type Handovers, handoversOf } from "./disaggregation/handovers.ts";
import { Dispatcher } from "./dispatcher.ts";
import { assertDone, type Fleet, fleetOf, requestsOn, stuckError } from "./fleet.ts";
import { FrontDoor } from "./frontDoor.ts";
import { PoolBooks } from "./metrics/poolBooks.ts";
import { PowerSeries } from "./metrics/powerSeries.ts";
import { newRecorder, type Recorder } from "./metrics/recorder.ts";
import { type SteadyWindow, steadyWindowOf } from "./metrics/steadyWindow.ts";
import type { Replica } from "./replica.ts";
import type { ClientEnd, Request, RequestEnd } from "./request.ts";
import { RequestClasses } from "./requestClasses.ts";
import { RequestEnds } from "./requestEnds.ts";
import type { SimulationConfig } from "./simulationConfig.ts";
import { type Snapshot, snapshotOf } from "./snapshot.ts";
import type { Stepper } from "./stepper.ts";
import { steppersOf } from "./steppers.ts";
import { type RunTotals, totalsOf } from "./totals.ts";
import type { Seconds } from "./units.ts";
import { Watchdog } from "./watchdog.ts";

/**
 * The loop: all events of an instant, then the replicas that can start a step do so, in order of id.
 * Knows no files, no clock, no GPU and no LLM.
 */
export class Simulation {
  readonly #config: SimulationConfig;
  readonly #calendar = new Calendar();
  readonly #arrivals: Arrivals;
  readonly #recorder: Recorder;
  readonly #classes: RequestClasses;
  readonly #pools: PoolBooks | undefined;
  readonly #steppers: readonly Stepper[];
  readonly #replicas: readonly Replica[];
  readonly #ends: RequestEnds;
  readonly #fleet: Fleet;
  readonly #door: FrontDoor;
  readonly #steady: SteadyWindow | undefined;
  readonly #dispatcher: Dispatcher;
  readonly #handovers: Handovers | undefined;
  readonly #watchdog = new Watchdog();
  /** The first arrival, or 0 where the scenario fixes the duration. */
  #startS: Seconds | undefined;
  #viewS: Seconds = 0;
  #ended = false;
  #result: RunTotals | undefined;

  constructor(config: SimulationConfig) {
    assert(config.replicas.length > 0, "a fleet without replicas");
    this.#config = config;
    this.#classes = new RequestClasses(config);
    this.#recorder = newRecorder(this.#classes.names);
    this.#recorder.onRun = config.onRun;
    const recorder = this.#recorder;
    const clientsWaitForEver = this.#classes.waitForEver;
    this.#steppers = steppersOf(
      config,
      { recorder, clientsWaitForEver },
      {
        ended: (request) => this.#requestEnded(request),
        handOver: (request, from) => this.#handovers?.offer(request, from, from.replica.nowS),
      },
    );
    this.#pools = config.pools && new PoolBooks(recorder, config.pools, config.replicas);
    this.#dispatcher = new Dispatcher(
      this.#steppers,
      this.#calendar,
      (request) => this.#turnAway(request),
      this.#pools,
    );
    this.#replicas = this.#steppers.map((stepper) => stepper.replica);
    const books = { recorder, classes: this.#classes, pools: this.#pools };
    this.#ends = new RequestEnds(config, this.#replicas, books);
    this.#fleet = fleetOf(config.replicas, config.standby);
    this.#door = new FrontDoor(config, this.#replicas, { classes: this.#classes, recorder });
    this.#steady = steadyWindowOf(config, { recorder, steppers: this.#steppers }, this.#fleet);
    const loop = {
      steppers: this.#steppers,
      calendar: this.#calendar,
      dispatcher: this.#dispatcher,
    };
    this.#handovers = handoversOf(config, { ...loop, recorder, clientsWaitForEver });
    if (config.horizonS !== undefined) {
      this.#startAt(0);
      this.#calendar.schedule(config.horizonS, { kind: "stop" });
    }
    const { frontEndS, horizonS = Number.POSITIVE_INFINITY } = config;
    this.#arrivals = new Arrivals(config.source, this.#calendar, { frontEndS, horizonS });
  }

  get nowS(): Seconds {
    return this.#calendar.nowS;
  }

  /** When the next event is due; Infinity where none is left. */
  get nextEventS(): Seconds {
    return this.#calendar.nextTimeS();
  }

  /** To the end. Throws SimulationError where the deployment cannot go on. */
  run(): RunTotals {
    this.advance(Number.POSITIVE_INFINITY);
    return this.totals();
  }

  /** Everything up to and at `untilS`, in `instants` instants at most; false when nothing is left. */
  advance(untilS: Seconds, instants = Number.POSITIVE_INFINITY): boolean {
    for (let left = instants; left > 0 && !this.#ended && this.#isDue(untilS); left--) {
      this.#instant();
    }
    if (!this.#ended && this.#calendar.isEmpty) this.#end();
    this.#viewS = this.#ended ? this.nowS : Math.max(this.nowS, Math.min(untilS, this.nextEventS));
    return !this.#ended;
  }

  /** What a UI shows of the moment up to which the run was advanced. */
  snapshot(): Snapshot {
    return snapshotOf(this.#viewS, this.#door.injected, this.#recorder, this.#steppers);
  }

  /** Of a run that has ended. */
  totals(): RunTotals {
    assert(this.#result !== undefined, "the run has not ended");
    return this.#result;
  }

  #isDue(untilS: Seconds): boolean {
    return !this.#calendar.isEmpty && this.#calendar.nextTimeS() <= untilS;
  }

  #instant(): void {
    const timeS = this.#calendar.nextTimeS();
    this.#watchdog.newInstant();
    while (!this.#ended && this.#calendar.nextTimeS() === timeS) {
      const event = this.#calendar.next();
      if (event !== undefined) this.#apply(event, timeS);
    }
    if (this.#ended) return;
    this.#steady?.look(timeS);
    this.#handovers?.begin(timeS);
    this.#dispatcher.startReady(timeS, this.#arrivals);
  }

  #apply(event: SimEvent, nowS: Seconds): void {
    switch (event.kind) {
      case "runEnd":
        this.#endRun(event.replica, event.plan, nowS);
        break;
      case "transferEnd":
      case "linkChange":
        this.#handovers?.apply(event, nowS);
        break;
      case "arrival":
        this.#arrivals.takeOff(event);
        this.#arrive(event, nowS);
        break;
      case "giveUp":
        this.#giveUp(event.request, event.how, nowS);
        break;
      case "batchWait":
        this.#dispatcher.wake(event.replica);
        break;
      case "steadyEnd":
        this.#steady?.finish(nowS);
        break;
      case "stop":
        this.#end();
        break;
    }
  }

  #endRun(replica: number, plan: number, nowS: Seconds): void {
    const stepper = this.#dispatcher.stepper(replica);
    if (stepper.plan !== plan) return;
    const before = stepper.progress;
    stepper.end(nowS);
    this.#dispatcher.wake(replica);
    this.#handovers?.touch(replica);
    const madeProgress = stepper.progress > before;
    if (this.#watchdog.seesThrashing(this.#recorder.preemptions, madeProgress)) {
      throw stuckError("no new token", this.nowS, this.#replicas);
    }
  }

  #arrive({ spec, fromSource }: Arrival, nowS: Seconds): void {
    this.#wakeIfSourceEnded();
    if (this.#startS === undefined) this.#startAt(spec.arrivalS);
    const request = this.#door.inject(spec, nowS);
    const taker = this.#door.route(request, spec);
    if (typeof taker !== "string") {
      this.#enqueue(request, this.#dispatcher.stepper(taker.id), nowS);
      return;
    }
    this.#endOutside(request, "rejected", nowS);
    if (!fromSource && this.#watchdog.seesVainRequests()) {
      throw new SimulationError(`${taker}, at ${nowS.toFixed(3)} s`);
    }
  }

  /** It ends without leaving a batch. */
  #endOutside(request: Request, end: RequestEnd, nowS: Seconds): void {
    request.status = end;
    request.endS = nowS;
    this.#requestEnded(request);
  }

  /** Too many wait beside it. */
  #turnAway(request: Request): void {
    this.#dispatcher.stepper(request.replica ?? -1).replica.drop(request);
    this.#endOutside(request, "rejected", this.nowS);
  }

  /** It leaves at once where it waits, and at the next step boundary where it runs. */
  #giveUp(request: Request, how: ClientEnd, nowS: Seconds): void {
    if (request.status !== "inFlight" || request.replica === undefined) return;
    const stepper = this.#dispatcher.stepper(request.replica);
    const { run, replica } = stepper;
    // Whoever comes next may have room at the next step boundary.
    this.#dispatcher.cut(stepper, nowS);
    if (request.isRunning && (run !== undefined || replica.config.batcher.holdsBatch)) {
      stepper.abandon(request, how);
      return;
    }
    replica.drop(request);
    this.#endOutside(request, how, nowS);
    this.#dispatcher.wake(request.replica);
  }

  /** A static batch that waited for more need not any longer. */
  #wakeIfSourceEnded(): void {
    if (this.#arrivals.ended) this.#dispatcher.wakeAllOnce();
  }

  #startAt(startS: Seconds): void {
    this.#startS = startS;
    this.#recorder.series = new PowerSeries(startS, this.#config.detailedSeries);
    for (const stepper of this.#steppers) stepper.idleSinceS = startS;
  }

  #enqueue(request: Request, stepper: Stepper, nowS: Seconds): void {
    const { replica } = stepper;
    replica.waiting.append(request);
    const patience = this.#classes.patience(request.details);
    if (patience !== undefined) {
      const atS = Math.max(nowS, request.arrivalS + patience.afterS);
      this.#calendar.schedule(atS, { kind: "giveUp", request, how: patience.how });
    }
    if (stepper.run === undefined) {
      this.#dispatcher.wake(replica.id);
    } else if (replica.firstWaiting === request && replica.config.batcher.admitsMidRun(replica)) {
      this.#dispatcher.cut(stepper, nowS);
    }
  }

  /** It leaves, and may make a user issue the next one. */
  #requestEnded(request: Request): void {
    if (request.replica !== undefined) this.#config.router.leaves?.(request.replica);
    this.#ends.record(request);
    const last = this.#arrivals.afterEndOf(request, request.endS ?? this.nowS);
    this.#wakeIfSourceEnded();
    if (last === undefined || this.#steady === undefined) return;
    this.#calendar.schedule(last.arrivalS, { kind: "steadyEnd" });
  }

  #end(): void {
    this.#ended = true;
    const { horizonS } = this.#config;
    if (horizonS === undefined) assertDone(this.nowS, this.#replicas, this.#handovers?.size);
    else this.#stopAt(horizonS);
    const startS = this.#startS ?? 0;
    const endS = Math.max(startS, horizonS ?? this.#recorder.lastEndS);
    for (const stepper of this.#steppers) {
      this.#pools?.enter(stepper.replica.id);
      stepper.bookIdle(endS);
    }
    this.#result = totalsOf(this.#recorder, this.#fleet, {
      startS,
      endS,
      ...this.#door.counts,
      steady: this.#steady?.state(),
      pools: this.#pools?.totals() ?? [],
      transfers: this.#handovers?.books.totals(),
    });
  }

  /** The horizon: what is in flight has done what it has done, and stays unfinished. */
  #stopAt(nowS: Seconds): void {
    for (const stepper of this.#steppers) {
      this.#pools?.enter(stepper.replica.id);
      stepper.stop(nowS);
    }
    if (this.#steady?.hasBegun === true) this.#steady.finish(nowS);
    for (const request of requestsOn(this.#replicas)) this.#ends.leaveUnfinished(request);
    for (const request of this.#handovers?.stop(nowS) ?? []) this.#ends.leaveUnfinished(request);
    for (const spec of this.#arrivals.inFrontEnd()) {
      this.#ends.leaveUnfinished(this.#door.inject(spec, nowS));
    }
  }
}
