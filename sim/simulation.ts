import { type Arrival, Arrivals } from "./arrivals.ts";
import { assert, SimulationError } from "./assert.ts";
import { Calendar, type SimEvent } from "./calendar.ts";
import { type Fleet, fleetOf, hasRequests, stuckError } from "./fleet.ts";
import { GapLog } from "./metrics/gapLog.ts";
import { PowerSeries } from "./metrics/powerSeries.ts";
import { newRecorder, recordEnd, type ServiceLevels } from "./metrics/recorder.ts";
import { SteadyWindow } from "./metrics/steadyWindow.ts";
import type { RequestSpec } from "./ports.ts";
import { Replica } from "./replica.ts";
import { newRequest, type Request } from "./request.ts";
import type { SimulationConfig } from "./simulationConfig.ts";
import { type Snapshot, snapshotOf } from "./snapshot.ts";
import { Stepper } from "./stepper.ts";
import { type RunTotals, totalsOf } from "./totals.ts";
import type { Seconds, Tokens } from "./units.ts";
import { Watchdog } from "./watchdog.ts";

/**
 * The loop: all events of an instant, then the replicas that can start a step do so, in order of id.
 * Knows no files, no clock, no GPU and no LLM.
 */
export class Simulation {
  readonly #config: SimulationConfig;
  readonly #calendar = new Calendar();
  readonly #arrivals: Arrivals;
  readonly #recorder = newRecorder();
  readonly #steppers: readonly Stepper[];
  readonly #replicas: readonly Replica[];
  readonly #fleet: Fleet;
  readonly #maxModelLen: Tokens;
  readonly #steady: SteadyWindow | undefined;
  /** Replicas that may be able to start a step once the instant is over. */
  readonly #ready = new Set<number>();
  readonly #watchdog = new Watchdog();
  #injected = 0;
  #cutOutputs = 0;
  /** The first arrival, or 0 where the scenario fixes the duration. */
  #startS: Seconds | undefined;
  #viewS: Seconds = 0;
  #ended = false;
  #result: RunTotals | undefined;

  constructor(config: SimulationConfig) {
    assert(config.replicas.length > 0, "a fleet without replicas");
    this.#config = config;
    const options = {
      macroSteps: config.macroSteps ?? true,
      completed: (request: Request) => this.#requestEnded(request),
    };
    const gaps = () => (config.horizonS === undefined ? undefined : new GapLog());
    this.#steppers = config.replicas.map(
      (replica, id) =>
        new Stepper(new Replica(id, replica, this.#recorder, gaps()), this.#recorder, options),
    );
    this.#replicas = this.#steppers.map((stepper) => stepper.replica);
    this.#fleet = fleetOf(config.replicas, config.standby);
    this.#maxModelLen = Math.min(...config.replicas.map((replica) => replica.maxModelLen));
    if (config.steadyConcurrency !== undefined) {
      this.#steady = new SteadyWindow(this.#recorder, this.#steppers, this.#fleet.standbyW);
    }
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
    return snapshotOf(this.#viewS, this.#injected, this.#recorder, this.#steppers);
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
    this.#openSteadyWindow(timeS);
    this.#startReadyReplicas(timeS);
  }

  #apply(event: SimEvent, nowS: Seconds): void {
    switch (event.kind) {
      case "runEnd":
        this.#endRun(event.replica, event.plan, nowS);
        break;
      case "arrival":
        this.#arrivals.takeOff(event);
        this.#arrive(event, nowS);
        break;
      case "batchWait":
        this.#ready.add(event.replica);
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
    const stepper = this.#stepper(replica);
    if (stepper.plan !== plan) return;
    const before = stepper.progress;
    stepper.end(nowS);
    this.#ready.add(replica);
    const madeProgress = stepper.progress > before;
    if (this.#watchdog.seesThrashing(this.#recorder.preemptions, madeProgress)) {
      throw stuckError("no new token", this.nowS, this.#replicas);
    }
  }

  #arrive({ spec, fromSource }: Arrival, nowS: Seconds): void {
    this.#wakeIfSourceEnded();
    const request = this.#inject(spec, nowS);
    if (request.outputTokens === 0) {
      request.status = "rejected";
      request.endS = nowS;
      this.#requestEnded(request);
      if (!fromSource && this.#watchdog.seesVainRequests()) {
        const longestTokens = this.#maxModelLen - 1;
        const reason = `only prompts of more than ${longestTokens} tokens come, and are rejected`;
        throw new SimulationError(`${reason}, at ${nowS.toFixed(3)} s`);
      }
      return;
    }
    if (request.outputTokens < spec.outputTokens) this.#cutOutputs++;
    this.#enqueue(request, nowS);
  }

  /** A static batch that waited for more need not any longer. */
  #wakeIfSourceEnded(): void {
    if (this.#arrivals.ended) for (const { id } of this.#replicas) this.#ready.add(id);
  }

  #startAt(startS: Seconds): void {
    this.#startS = startS;
    this.#recorder.series = new PowerSeries(startS);
    for (const stepper of this.#steppers) stepper.idleSinceS = startS;
  }

  /** A request whose prompt leaves no room for a token gets 0 output tokens. */
  #inject(spec: RequestSpec, nowS: Seconds): Request {
    if (this.#startS === undefined) this.#startAt(spec.arrivalS);
    assert(spec.promptTokens > 0 && spec.outputTokens > 0, "a request without tokens");
    const room = Math.max(0, this.#maxModelLen - spec.promptTokens);
    return newRequest(this.#injected++, spec, Math.min(spec.outputTokens, room), nowS);
  }

  #enqueue(request: Request, nowS: Seconds): void {
    const id = this.#config.router(request, this.#replicas);
    const stepper = this.#stepper(id);
    const { replica } = stepper;
    const { batcher } = replica.config;
    request.replica = id;
    replica.waiting.append(request);
    if (stepper.run === undefined) {
      this.#ready.add(id);
    } else if (replica.firstWaiting === request && batcher.admitsMidRun(replica)) {
      const endS = stepper.cut(nowS);
      if (endS !== undefined) this.#scheduleRunEnd(stepper, endS);
    }
  }

  /** Completed or rejected: it leaves, and may make a user issue the next one. */
  #requestEnded(request: Request): void {
    this.#record(request, this.#config.serviceLevels);
    const last = this.#arrivals.afterEndOf(request.endS ?? this.nowS);
    this.#wakeIfSourceEnded();
    if (last === undefined || this.#steady === undefined) return;
    this.#calendar.schedule(last.arrivalS, { kind: "steadyEnd" });
  }

  #openSteadyWindow(nowS: Seconds): void {
    const { steadyConcurrency } = this.#config;
    if (this.#steady === undefined || steadyConcurrency === undefined) return;
    if (this.#steady.hasBegun) return;
    if (this.#recorder.requests.completed >= steadyConcurrency) this.#steady.begin(nowS);
  }

  #startReadyReplicas(nowS: Seconds): void {
    if (this.#ready.size === 0) return;
    const ids = this.#ready.size === 1 ? this.#ready : [...this.#ready].sort((a, b) => a - b);
    for (const id of ids) this.#start(this.#stepper(id), nowS);
    this.#ready.clear();
  }

  #start(stepper: Stepper, nowS: Seconds): void {
    if (stepper.run !== undefined) return;
    const { replica } = stepper;
    replica.sourceEnded = this.#arrivals.ended;
    const endS = stepper.start(nowS);
    if (endS !== undefined) {
      this.#scheduleRunEnd(stepper, endS);
      return;
    }
    const startsByS = replica.config.batcher.startsByS?.(replica);
    if (startsByS !== undefined) {
      this.#calendar.schedule(startsByS, { kind: "batchWait", replica: replica.id });
    }
  }

  #scheduleRunEnd(stepper: Stepper, endS: Seconds): void {
    const { replica, plan } = stepper;
    this.#calendar.schedule(endS, { kind: "runEnd", replica: replica.id, plan });
  }

  #end(): void {
    this.#ended = true;
    const { horizonS } = this.#config;
    if (horizonS === undefined) this.#assertDone();
    else this.#stopAt(horizonS);
    const startS = this.#startS ?? 0;
    const endS = Math.max(startS, horizonS ?? this.#recorder.lastEndS);
    for (const stepper of this.#steppers) stepper.bookIdle(endS);
    this.#result = totalsOf(this.#recorder, this.#fleet, {
      startS,
      endS,
      injected: this.#injected,
      cutOutputs: this.#cutOutputs,
      steady: this.#steady?.state(),
    });
  }

  #assertDone(): void {
    if (this.#replicas.some(hasRequests))
      throw stuckError("nothing will happen any more", this.nowS, this.#replicas);
    for (const { kv } of this.#replicas) assert(kv.used === 0, `${kv.used} KV blocks leak`);
  }

  /** The horizon: what is in flight has done what it has done, and stays unfinished. */
  #stopAt(nowS: Seconds): void {
    for (const stepper of this.#steppers) stepper.stop(nowS);
    if (this.#steady?.hasBegun === true) this.#steady.finish(nowS);
    for (const { running, swapped, waiting } of this.#replicas) {
      for (const request of running) this.#leaveUnfinished(request);
      for (const request of swapped) this.#leaveUnfinished(request);
      for (const request of waiting) this.#leaveUnfinished(request);
    }
    for (const spec of this.#arrivals.inFrontEnd()) {
      this.#leaveUnfinished(this.#inject(spec, nowS));
    }
  }

  #leaveUnfinished(request: Request): void {
    request.status = "unfinished";
    for (const range of request.pastGaps) this.#recorder.itlS.addRange(range, -1);
    this.#record(request, undefined);
  }

  #record(request: Request, levels: ServiceLevels | undefined): void {
    const record = recordEnd(this.#recorder, request, levels);
    this.#config.onRequestEnd?.(record);
  }

  #stepper(id: number): Stepper {
    const stepper = this.#steppers[id];
    assert(stepper !== undefined, `the router chose replica ${id} of ${this.#steppers.length}`);
    return stepper;
  }
}
