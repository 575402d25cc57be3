import type { Arrivals } from "../arrivals.ts";
import type { Calendar } from "../calendar.ts";
import type { Dispatcher } from "../dispatcher.ts";
import type { DoorRouter } from "../failures/upReplicas.ts";
import type { Fleet } from "../fleet.ts";
import type { Recorder } from "../metrics/recorder.ts";
import type { StepModel } from "../ports.ts";
import type { SimulationConfig } from "../simulationConfig.ts";
import type { Stepper } from "../stepper.ts";
import type { ReplicaId, Seconds } from "../units.ts";
import type { Change, TimedChange } from "./change.ts";
import { PowerLog } from "./powerLog.ts";
import { RoutedReplicas } from "./routedReplicas.ts";
import type { Switches } from "./switches.ts";

interface ChangeParts {
  readonly steppers: readonly Stepper[];
  readonly calendar: Calendar;
  readonly dispatcher: Dispatcher;
  readonly recorder: Recorder;
  readonly arrivals: () => Arrivals;
  /** When the run began, once it has. */
  readonly startS: () => Seconds | undefined;
}

/** Undefined where nothing changes in the midst of the run. */
export function changesOf(
  config: SimulationConfig,
  switches: Switches | undefined,
  parts: ChangeParts,
): Changes | undefined {
  return switches && new Changes(config, switches, parts);
}

/**
 * What a user changes while a run goes on. A step in flight ends as it began; a replica that is to leave
 * gets no requests any more, ends those that it has, and is off then: it draws nothing, and is no part of
 * the fleet until it joins again.
 */
export class Changes {
  readonly #config: SimulationConfig;
  readonly #switches: Switches;
  readonly #parts: ChangeParts;
  /** Undefined where others decide who takes requests, too. */
  readonly #routed: RoutedReplicas | undefined;
  readonly #log: PowerLog;
  readonly #leaving = new Set<Stepper>();
  #on: readonly Stepper[] = [];

  constructor(config: SimulationConfig, switches: Switches, parts: ChangeParts) {
    this.#config = config;
    this.#switches = switches;
    this.#parts = parts;
    this.#log = new PowerLog(config.replicas);
    const { changes, failures, handover, lockstep, pools, router } = config;
    const isAlone = (failures ?? handover ?? lockstep ?? pools) === undefined;
    const replicas = changes?.replicas ?? config.replicas.length;
    this.#routed = isAlone ? new RoutedReplicas(router, replicas) : undefined;
    for (const stepper of parts.steppers) {
      if (stepper.replica.id < replicas) this.#log.on(stepper.replica.id, 0);
      else stepper.accompaniesAtW = 0;
    }
    this.#listOn();
    for (const timed of changes?.timed ?? []) this.schedule(timed);
  }

  get router(): DoorRouter | undefined {
    return this.#routed?.router;
  }

  /** Replicas that draw power: those that take requests, and those that have not ended theirs. */
  get on(): readonly Stepper[] {
    return this.#on;
  }

  schedule({ atS, change }: TimedChange): void {
    this.#parts.calendar.schedule(atS, { kind: "change", change });
  }

  apply(change: Change, nowS: Seconds): void {
    switch (change.kind) {
      case "stepModel":
        this.#reprice(change.stepModel, nowS);
        break;
      case "rate":
        if (this.#parts.arrivals().changeRate(change.factor, nowS)) {
          this.#parts.dispatcher.sourceGoesOn();
        }
        break;
      case "replicas":
        this.#route(change.replicas, nowS);
        break;
      case "prefixCaching":
        this.#switches.cachePrefixes(change.isOn);
        break;
    }
  }

  /** At the end of an instant: who is to leave and has ended all requests is off. */
  afterInstant(nowS: Seconds): void {
    for (const stepper of this.#leaving) {
      const { runningSeqs, waitingSeqs, swappedSeqs } = stepper.replica;
      if (stepper.run !== undefined || runningSeqs + waitingSeqs + swappedSeqs > 0) continue;
      this.#leaving.delete(stepper);
      this.#turnOff(stepper, nowS);
    }
  }

  /** No request is left, and none will come: changes are of no run any more. */
  isOver(injected: number, source: { readonly ended: boolean }): boolean {
    if (this.#config.horizonS !== undefined || !source.ended) return false;
    const { completed, rejected, timedOut, cancelled } = this.#parts.recorder.requests;
    return injected === completed + rejected + timedOut + cancelled;
  }

  /** Before idle time is booked for the last time: none counts that lies after the end of the run. */
  forgetAfter(endS: Seconds): void {
    const { steppers, recorder } = this.#parts;
    for (const { id, overS } of this.#log.overtime(endS)) {
      recorder.energy.idleJ -= (this.#config.replicas[id]?.idleW ?? 0) * overS;
    }
    for (const stepper of steppers) {
      const sinceS = this.#log.onSinceS(stepper.replica.id);
      if (sinceS > endS) stepper.idleSinceS = endS;
    }
  }

  /** At the end of the run: the fleet on average over it. */
  settle(span: { readonly fromS: Seconds; readonly toS: Seconds }): Fleet {
    return this.#log.settle(span, this.#config.standby, this.#parts.recorder.series);
  }

  #reprice(model: StepModel, nowS: Seconds): void {
    if (!this.#switches.price(model)) return;
    const { dispatcher } = this.#parts;
    for (const stepper of this.#on) {
      if (stepper.run !== undefined) dispatcher.cut(stepper, nowS);
    }
  }

  #route(count: number, nowS: Seconds): void {
    const routed = this.#routed;
    if (routed === undefined || routed.count === count) return;
    const { steppers } = this.#parts;
    for (const stepper of steppers.slice(routed.count, count)) {
      this.#leaving.delete(stepper);
      if (!this.#log.isOn(stepper.replica.id)) this.#turnOn(stepper, nowS);
    }
    for (const stepper of steppers.slice(count, routed.count)) this.#leaving.add(stepper);
    routed.become(count);
    this.#listOn();
  }

  #turnOn(stepper: Stepper, nowS: Seconds): void {
    stepper.accompaniesAtW = undefined;
    stepper.idleSinceS = nowS;
    this.#log.on(stepper.replica.id, nowS);
  }

  #turnOff(stepper: Stepper, nowS: Seconds): void {
    const { id, memory } = stepper.replica;
    // Nothing is booked before the run begins: when the first request comes, which may be in the front end.
    const startS = this.#parts.startS() ?? this.#parts.arrivals().nextS;
    stepper.idleSinceS = Math.max(startS, stepper.idleSinceS);
    if (startS < nowS) stepper.bookIdle(nowS);
    stepper.accompaniesAtW = 0;
    memory.clear();
    this.#log.off(id, nowS);
    this.#listOn();
  }

  #listOn(): void {
    const isOn = (id: ReplicaId) => this.#log.isOn(id);
    this.#on = this.#parts.steppers.filter(({ replica }) => isOn(replica.id));
  }
}
