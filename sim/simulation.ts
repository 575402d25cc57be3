import { type Arrival, Arrivals } from "./arrivals.ts";
import { assert } from "./assert.ts";
import { Calendar, type SimEvent } from "./calendar.ts";
import type { Change } from "./changes/change.ts";
import { type Changes, changesOf } from "./changes/changes.ts";
import { momentBetween } from "./changes/moment.ts";
import { Pace } from "./changes/pace.ts";
import { switchesOf } from "./changes/switches.ts";
import { lockstepGroupsOf } from "./dataParallel/lockstepGroup.ts";
import { Departures } from "./departures.ts";
import { type Handovers, handoversOf } from "./disaggregation/handovers.ts";
import { Dispatcher } from "./dispatcher.ts";
import { endRun } from "./ending.ts";
import { type Failures, failuresOf } from "./failures/failures.ts";
import { type Fleet, fleetOf, stuckError } from "./fleet.ts";
import { FrontDoor } from "./frontDoor.ts";
import { PoolBooks } from "./metrics/poolBooks.ts";
import { PowerSeries } from "./metrics/powerSeries.ts";
import { newRecorder, type Recorder } from "./metrics/recorder.ts";
import { type SteadyWindow, steadyWindowOf } from "./metrics/steadyWindow.ts";
import { type Pulse, pulseOf } from "./pulse.ts";
import { Reception } from "./reception.ts";
import type { Replica } from "./replica.ts";
import type { Request } from "./request.ts";
import { RequestClasses } from "./requestClasses.ts";
import { RequestEnds } from "./requestEnds.ts";
import type { SimulationConfig } from "./simulationConfig.ts";
import { type Looked, type Snapshot, snapshotOf } from "./snapshot.ts";
import type { Stepper } from "./stepper.ts";
import { steppersOf } from "./steppers.ts";
import type { RunTotals } from "./totals.ts";
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
  readonly #departures: Departures;
  readonly #reception: Reception;
  readonly #failures: Failures | undefined;
  readonly #changes: Changes | undefined;
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
    this.#departures = new Departures({
      calendar: this.#calendar,
      dispatcher: () => this.#dispatcher,
      failures: () => this.#failures,
      ended: (request) => this.#requestEnded(request),
    });
    const clientsWaitForEver = this.#classes.waitForEver;
    const switches = switchesOf(config);
    this.#steppers = steppersOf(
      switches?.config ?? config,
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
      (request) => this.#departures.turnAway(request),
      { pools: this.#pools, groups: lockstepGroupsOf(this.#steppers, config.lockstep) },
    );
    this.#replicas = this.#steppers.map((stepper) => stepper.replica);
    const loop = {
      steppers: this.#steppers,
      calendar: this.#calendar,
      dispatcher: this.#dispatcher,
      classes: this.#classes,
      recorder,
      startS: () => this.#startS,
      handovers: () => this.#handovers,
    };
    this.#changes = changesOf(config, switches, { ...loop, arrivals: () => this.#arrivals });
    this.#failures = failuresOf(config, {
      ...loop,
      send: (request, nowS) => this.#reception.send(request, nowS),
      end: (request, how, nowS) => this.#departures.endOutside(request, how, nowS),
    });
    const router = this.#changes?.router ?? this.#failures?.up.router ?? config.router;
    const { leaves } = router;
    this.#ends = new RequestEnds(config, this.#replicas, { ...loop, pools: this.#pools, leaves });
    this.#fleet = fleetOf(config.replicas, config.standby);
    this.#door = new FrontDoor(config, this.#replicas, { ...loop, router });
    this.#reception = new Reception({
      ...loop,
      door: this.#door,
      departures: this.#departures,
      watchdog: this.#watchdog,
      failures: this.#failures,
    });
    this.#steady = steadyWindowOf(config, { ...loop, failures: this.#failures }, this.#fleet);
    this.#handovers = handoversOf(config, { ...loop, leaves, clientsWaitForEver });
    if (config.horizonS !== undefined) {
      this.#startAt(0);
      this.#calendar.schedule(config.horizonS, { kind: "stop" });
    }
    const { frontEndS, horizonS = Number.POSITIVE_INFINITY } = config;
    const pace = config.changes && new Pace();
    this.#arrivals = new Arrivals(config.source, this.#calendar, { frontEndS, horizonS, pace });
  }

  get nowS(): Seconds {
    return this.#calendar.nowS;
  }

  /** The moment up to which the run was advanced. */
  get viewS(): Seconds {
    return this.#viewS;
  }

  /** When the next event is due; Infinity where none is left. */
  get nextEventS(): Seconds {
    return this.#ended ? Number.POSITIVE_INFINITY : this.#calendar.nextTimeS();
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

  /** Something changes, at once: after all that has happened, before all that has not. Tells when. */
  change(change: Change, atS = momentBetween(this)): Seconds {
    assert(this.#changes !== undefined, "a run in which nothing changes");
    this.#changes.schedule({ atS, change });
    return atS;
  }

  /** What a UI shows of `viewS`, with what is asked for beside it. The pulse is its sums, which cost little. */
  snapshot(looked: Looked = {}): Snapshot {
    const moment = { nowS: this.#viewS, injected: this.#door.injected, ...looked };
    const steppers = this.#changes?.on ?? this.#steppers;
    return snapshotOf(moment, this.#recorder, steppers, this.#failures);
  }

  pulse(): Pulse {
    const steppers = this.#changes?.on ?? this.#steppers;
    return pulseOf(this.#viewS, this.#recorder, steppers, this.#failures);
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
    this.#changes?.afterInstant(timeS);
    const upkeep = this.#failures ?? this.#changes;
    if (upkeep?.isOver(this.#door.injected, this.#arrivals) === true) this.#end();
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
      case "failure":
      case "repair":
        this.#failures?.apply(event, nowS);
        break;
      case "change":
        this.#changes?.apply(event.change, nowS);
        break;
      case "arrival":
        if (this.#arrivals.takeOff(event)) this.#arrive(event, nowS);
        break;
      case "giveUp":
        this.#departures.giveUp(event.request, event.how, nowS);
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

  #arrive(arrival: Arrival, nowS: Seconds): void {
    this.#wakeIfSourceEnded();
    if (this.#startS === undefined) this.#startAt(arrival.spec.arrivalS);
    this.#reception.arrive(arrival, nowS);
  }

  /** A static batch that waited for more need not any longer. */
  #wakeIfSourceEnded(): void {
    if (this.#arrivals.ended) this.#dispatcher.wakeAllOnce();
  }

  #startAt(startS: Seconds): void {
    this.#startS = startS;
    this.#recorder.series = new PowerSeries(startS, this.#config.detailedSeries);
    for (const stepper of this.#steppers) stepper.idleSinceS = Math.max(startS, stepper.idleSinceS);
  }

  /** It leaves, and may make a user issue the next one. */
  #requestEnded(request: Request): void {
    this.#ends.record(request);
    const last = this.#arrivals.afterEndOf(request, request.endS ?? this.nowS);
    this.#wakeIfSourceEnded();
    if (last === undefined || this.#steady === undefined) return;
    this.#calendar.schedule(last.arrivalS, { kind: "steadyEnd" });
  }

  #end(): void {
    this.#ended = true;
    const { horizonS } = this.#config;
    const moment = { nowS: this.nowS, startS: this.#startS ?? 0, horizonS };
    this.#result = endRun(moment, {
      steppers: this.#steppers,
      recorder: this.#recorder,
      fleet: this.#fleet,
      arrivals: this.#arrivals,
      door: this.#door,
      ends: this.#ends,
      pools: this.#pools,
      steady: this.#steady,
      handovers: this.#handovers,
      failures: this.#failures,
      changes: this.#changes,
    });
  }
}
