import type { Recorder } from "../metrics/recorder.ts";
import type { Replica } from "../replica.ts";
import type { Joules, ReplicaId, Seconds, Watts } from "../units.ts";
import { OutageLog } from "./outageLog.ts";
import type { Outage } from "./outages.ts";

/** What failures of one replica came to. */
export interface ReplicaFailures {
  readonly replica: ReplicaId;
  /** Outages that began. */
  readonly count: number;
  /** Requests that had begun on it, and those that only waited. */
  readonly restartedRequests: number;
  readonly movedRequests: number;
  /** Of prefill and decode that was in vain. */
  readonly wastedJ: Joules;
  readonly downS: Seconds;
}

/** What failures of a run came to. */
export interface FailureTotals {
  readonly replicas: readonly ReplicaFailures[];
  /** Drawn by replicas that were down, and what they drew less than idle ones do. */
  readonly downJ: Joules;
  readonly savedJ: Joules;
  /** Share of the time in which a replica was up, on average. */
  readonly upRatio: number;
}

interface Sums {
  count: number;
  restartedRequests: number;
  movedRequests: number;
  wastedJ: Joules;
}

/** Books outages, and what they cost. */
export class FailureBooks {
  readonly #replicas: readonly Replica[];
  readonly #log: OutageLog;
  readonly #sums: readonly Sums[];

  constructor(replicas: readonly Replica[]) {
    this.#replicas = replicas;
    this.#log = new OutageLog(replicas.length);
    this.#sums = replicas.map(() => ({
      count: 0,
      restartedRequests: 0,
      movedRequests: 0,
      wastedJ: 0,
    }));
  }

  fail(id: ReplicaId, outage: Outage): void {
    this.#log.add(id, outage);
    const sums = this.#sums[id];
    if (sums !== undefined) sums.count++;
  }

  lose(id: ReplicaId, { begun, lostJ }: { readonly begun: boolean; readonly lostJ: Joules }): void {
    const sums = this.#sums[id];
    if (sums === undefined) return;
    sums.wastedJ += lostJ;
    if (begun) sums.restartedRequests++;
    else sums.movedRequests++;
  }

  /** What replicas that were down drew less than if they had idled, which is how they are booked until the end. */
  savedJ(span: Outage): Joules {
    let savedJ: Joules = 0;
    for (const replica of this.#replicas) {
      savedJ += lessW(replica) * this.#log.downS(replica.id, span);
    }
    return savedJ;
  }

  /** At the end of the run: takes what was not drawn from the books. */
  settle(span: Outage, { energy, series }: Recorder, enter: (id: ReplicaId) => void): void {
    for (const replica of this.#replicas) {
      const watts = lessW(replica);
      for (const { fromS, toS } of this.#log.within(replica.id, span)) {
        enter(replica.id);
        const savedJ = watts * (toS - fromS);
        energy.idleJ -= savedJ;
        series?.addEvenly({ startedS: fromS, endedS: toS }, -savedJ);
      }
    }
  }

  totals(span: Outage): FailureTotals {
    const replicas = this.#replicas.flatMap(({ id }) => {
      const sums = this.#sums[id];
      if (sums === undefined || sums.count === 0) return [];
      return [{ replica: id, ...sums, downS: this.#log.downS(id, span) }];
    });
    let downJ: Joules = 0;
    let downS: Seconds = 0;
    for (const { replica: id, downS: ownS } of replicas) {
      downJ += downW(this.#replicas[id]) * ownS;
      downS += ownS;
    }
    const spanS = this.#replicas.length * (span.toS - span.fromS);
    const upRatio = spanS > 0 ? 1 - downS / spanS : 1;
    return { replicas, downJ, savedJ: this.savedJ(span), upRatio };
  }
}

function downW(replica: Replica | undefined): Watts {
  return replica?.config.downW ?? replica?.config.idleW ?? 0;
}

function lessW(replica: Replica): Watts {
  return replica.config.idleW - downW(replica);
}
