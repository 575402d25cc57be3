import { assert, SimulationError } from "./assert.ts";
import { Calendar, type SimEvent } from "./calendar.ts";
import { PowerSeries } from "./metrics/powerSeries.ts";
import { newRecorder, recordEnd, type ServiceLevels } from "./metrics/recorder.ts";
import { SteadyWindow } from "./metrics/steadyWindow.ts";
import type { RequestSource, RequestSpec, Router } from "./ports.ts";
import { Replica, type ReplicaConfig } from "./replica.ts";
import { newRequest, type Request, type RequestRecord } from "./request.ts";
import { type Snapshot, snapshotOf } from "./snapshot.ts";
import { Stepper } from "./stepper.ts";
import { type Fleet, type RunTotals, totalsOf } from "./totals.ts";
import type { Seconds, Tokens, Watts } from "./units.ts";

export interface SimulationConfig {
  readonly source: RequestSource;
  /** A replica's id is its place here. */
  readonly replicas: readonly ReplicaConfig[];
  readonly router: Router;
  /** Between a request's arrival and the engine: API, tokeniser. */
  readonly frontEndS: Seconds;
  /** Ends the run; undefined: the run ends when every request has. */
  readonly horizonS?: Seconds | undefined;
  readonly serviceLevels?: ServiceLevels | undefined;
  /** Users of a closed loop: asks for the steady window. */
  readonly steadyConcurrency?: number | undefined;
  /** GPUs that are powered but hold no context, and what they draw together. */
  readonly standby?: { readonly gpus: number; readonly idleW: Watts } | undefined;
  /** Each request once, when it ends; the unfinished ones at the end of the run. */
  readonly onRequestEnd?: ((request: RequestRecord) => void) | undefined;
  /** False: one step at a time, the twin that macro-steps are tested against. */
  readonly macroSteps?: boolean | undefined;
}

/** Steps that end in a row without a token that was not computed before. */
const livelockInstants = 1000;

/**
 * The loop: all events of an instant, then the replicas that can start a step do so, in order of id.
 * Knows no files, no clock, no GPU and no LLM.
 */
export class Simulation {
  readonly #config: SimulationConfig;
  readonly #calendar = new Calendar();
  readonly #recorder = newRecorder();
  readonly #steppers: readonly Stepper[];
  readonly #replicas: readonly Replica[];
  readonly #fleet: Fleet;
  readonly #maxModelLen: Tokens;
  readonly #steady: SteadyWindow | undefined;
  /** Replicas that may be able to start a step once the instant is over. */
  readonly #ready = new Set<number>();
  #injected = 0;
  #cutOutputs = 0;
  /** The first arrival, or 0 where the scenario fixes the duration. */
  #startS: Seconds | undefined;
  /** Nobody will issue another request; those already issued may still be on their way. */
  #sourceDrained = false;
  #pendingArrivals = 0;
  #stuckInstants = 0;
  #ended = false;
  #result: RunTotals | undefined;

  constructor(config: SimulationConfig) {
    assert(config.replicas.length > 0, "a fleet without replicas");
    this.#config = config;
    const options = {
      macroSteps: config.macroSteps ?? true,
      completed: (request: Request) => this.#requestEnded(request),
    };
    this.#steppers = config.replicas.map(
      (replica, id) =>
        new Stepper(new Replica(id, replica, this.#recorder), this.#recorder, options),
    );
    this.#replicas = this.#steppers.map((stepper) => stepper.replica);
    this.#fleet = fleetOf(config);
    this.#maxModelLen = Math.min(...config.replicas.map((replica) => replica.maxModelLen));
    if (config.steadyConcurrency !== undefined) {
      const idleW = this.#fleet.idleW + this.#fleet.standbyW;
      this.#steady = new SteadyWindow(this.#recorder, this.#steppers, idleW);
    }
    if (config.horizonS !== undefined) {
      this.#startAt(0);
      this.#calendar.schedule(config.horizonS, { kind: "stop" });
    }
    this.#pullArrival();
  }

  get nowS(): Seconds {
    return this.#calendar.nowS;
  }

  get #sourceEnded(): boolean {
    return this.#sourceDrained && this.#pendingArrivals === 0;
  }

  /** To the end. Throws SimulationError where the deployment cannot go on. */
  run(): RunTotals {
    this.advance(Number.POSITIVE_INFINITY);
    return this.totals();
  }

  /** Everything up to and at `untilS`; false when nothing is left to do. */
  advance(untilS: Seconds): boolean {
    while (!this.#ended && this.#calendar.nextTimeS() <= untilS) {
      if (this.#calendar.isEmpty) this.#end();
      else this.#instant();
    }
    return !this.#ended;
  }

  /** What a UI shows of this moment. */
  snapshot(): Snapshot {
    return snapshotOf(this.nowS, this.#injected, this.#recorder, this.#steppers);
  }

  /** Of a run that has ended. */
  totals(): RunTotals {
    assert(this.#result !== undefined, "the run has not ended");
    return this.#result;
  }

  #instant(): void {
    const timeS = this.#calendar.nextTimeS();
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
        if (event.fromSource) this.#pullArrival();
        this.#arrive(event.spec, nowS);
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
    if (stepper.progress > before) this.#stuckInstants = 0;
    else this.#stuckInstants++;
    if (this.#stuckInstants >= livelockInstants) throw this.#stuck("no new token");
  }

  #pullArrival(): void {
    const spec = this.#config.source.next();
    if (spec === undefined) {
      this.#noteDrained();
      return;
    }
    this.#scheduleArrival(spec, true);
  }

  #scheduleArrival(spec: RequestSpec, fromSource: boolean): void {
    this.#pendingArrivals++;
    const atS = spec.arrivalS + this.#config.frontEndS;
    this.#calendar.schedule(atS, { kind: "arrival", spec, fromSource });
  }

  #arrive(spec: RequestSpec, nowS: Seconds): void {
    this.#pendingArrivals--;
    if (this.#sourceEnded) for (const { id } of this.#replicas) this.#ready.add(id);
    const request = this.#inject(spec, nowS);
    if (request.outputTokens === 0) {
      request.status = "rejected";
      request.endS = nowS;
      this.#requestEnded(request);
      return;
    }
    if (request.outputTokens < spec.outputTokens) this.#cutOutputs++;
    this.#enqueue(request, nowS);
  }

  #startAt(startS: Seconds): void {
    this.#startS = startS;
    this.#recorder.series = new PowerSeries(startS);
  }

  /** A request whose prompt leaves no room for a token gets 0 output tokens. */
  #inject(spec: RequestSpec, nowS: Seconds): Request {
    if (this.#startS === undefined) this.#startAt(spec.arrivalS);
    const room = Math.max(0, this.#maxModelLen - spec.promptTokens);
    return newRequest(this.#injected++, spec, Math.min(spec.outputTokens, room), nowS);
  }

  #enqueue(request: Request, nowS: Seconds): void {
    const id = this.#config.router(request, this.#replicas);
    const stepper = this.#stepper(id);
    const { replica } = stepper;
    const { batcher } = replica.config;
    request.replica = id;
    const couldJoin = stepper.run !== undefined && batcher.admitsMidRun(replica);
    replica.waiting.append(request);
    if (stepper.run === undefined) {
      this.#ready.add(id);
    } else if (couldJoin) {
      const endS = stepper.cut(nowS);
      if (endS !== undefined) this.#scheduleRunEnd(stepper, endS);
    }
  }

  /** Completed or rejected: it leaves, and may make a user issue the next one. */
  #requestEnded(request: Request): void {
    const record = recordEnd(this.#recorder, request, this.#config.serviceLevels);
    this.#config.onRequestEnd?.(record);
    const next = this.#config.source.ended?.(request.endS ?? this.nowS);
    if (next === undefined) return;
    this.#scheduleArrival(next, false);
    if (this.#config.source.mayIssueMore?.() === true) return;
    this.#noteDrained();
    if (this.#steady !== undefined) this.#calendar.schedule(next.arrivalS, { kind: "steadyEnd" });
  }

  #noteDrained(): void {
    this.#sourceDrained = this.#config.source.mayIssueMore?.() !== true;
  }

  #openSteadyWindow(nowS: Seconds): void {
    const { steadyConcurrency } = this.#config;
    if (this.#steady === undefined || steadyConcurrency === undefined) return;
    const { completed } = this.#recorder.requests;
    if (!this.#steady.hasBegun && completed >= steadyConcurrency) this.#steady.begin(nowS);
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
    replica.sourceEnded = this.#sourceEnded;
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
    if (horizonS === undefined && this.#replicas.some(hasRequests)) {
      throw this.#stuck("requests wait and nothing will happen");
    }
    if (horizonS !== undefined) this.#stopAt(horizonS);
    const startS = this.#startS ?? 0;
    this.#result = totalsOf(this.#recorder, this.#fleet, {
      startS,
      endS: Math.max(startS, horizonS ?? this.#recorder.lastEndS),
      injected: this.#injected,
      cutOutputs: this.#cutOutputs,
      steady: this.#steady?.state(),
    });
  }

  /** The horizon: what is in flight has done what it has done, and stays unfinished. */
  #stopAt(nowS: Seconds): void {
    for (const stepper of this.#steppers) stepper.stop(nowS);
    if (this.#steady?.hasBegun === true) this.#steady.finish(nowS);
    for (const { running, waiting } of this.#replicas) {
      for (const request of running) this.#leaveUnfinished(request);
      for (const request of waiting) this.#leaveUnfinished(request);
    }
    for (const spec of this.#arrivalsBefore(nowS)) {
      this.#leaveUnfinished(this.#inject(spec, nowS));
    }
  }

  /** Requests that have arrived and are still in the front end. */
  *#arrivalsBefore(nowS: Seconds): Generator<RequestSpec> {
    for (const event of this.#calendar.drain()) {
      if (event.kind !== "arrival" || event.spec.arrivalS >= nowS) continue;
      yield event.spec;
      if (!event.fromSource) continue;
      let spec = this.#config.source.next();
      for (; spec !== undefined && spec.arrivalS < nowS; spec = this.#config.source.next()) {
        yield spec;
      }
    }
  }

  #leaveUnfinished(request: Request): void {
    request.status = "unfinished";
    const record = recordEnd(this.#recorder, request, undefined);
    this.#config.onRequestEnd?.(record);
  }

  #stuck(reason: string): SimulationError {
    const stuck = this.#replicas.filter(hasRequests).map(describe).join("; ");
    return new SimulationError(`${reason} at ${this.nowS.toFixed(3)} s: ${stuck}`);
  }

  #stepper(id: number): Stepper {
    const stepper = this.#steppers[id];
    assert(stepper !== undefined, `the router chose replica ${id} of ${this.#steppers.length}`);
    return stepper;
  }
}

function fleetOf({ replicas, standby }: SimulationConfig): Fleet {
  let gpus = 0;
  let idleW: Watts = 0;
  for (const replica of replicas) {
    gpus += replica.gpus;
    idleW += replica.idleW;
  }
  return {
    replicas: replicas.length,
    gpus,
    idleW,
    standbyGpus: standby?.gpus ?? 0,
    standbyW: standby?.idleW ?? 0,
  };
}

function hasRequests(replica: Replica): boolean {
  return replica.waitingSeqs + replica.runningSeqs > 0;
}

function describe({ id, waitingSeqs, runningSeqs, kv, firstWaiting }: Replica): string {
  const head = firstWaiting === undefined ? "" : `, the first with ${firstWaiting.prefillTarget} tokens`;
  return (
    `replica ${id} runs ${runningSeqs} and holds ${waitingSeqs} waiting${head}, ` +
    `${kv.free} of ${kv.capacity} KV blocks free`
  );
}
