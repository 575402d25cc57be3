import { type Fleet, fleetOf, type Standby } from "../fleet.ts";
import type { PowerSeries } from "../metrics/powerSeries.ts";
import type { ReplicaConfig } from "../replicaConfig.ts";
import type { ReplicaId, Seconds } from "../units.ts";

interface Stay {
  readonly id: ReplicaId;
  readonly fromS: Seconds;
  readonly toS: Seconds;
}

/** Seconds that a replica was on after the end of the run, as requests that were turned away came later. */
interface Overtime {
  readonly id: ReplicaId;
  readonly overS: Seconds;
}

interface RunSpan {
  readonly fromS: Seconds;
  readonly toS: Seconds;
}

/** When which replica was on, and what fleet that comes to. */
export class PowerLog {
  readonly #replicas: readonly ReplicaConfig[];
  readonly #onSinceS = new Map<ReplicaId, Seconds>();
  readonly #stays: Stay[] = [];

  constructor(replicas: readonly ReplicaConfig[]) {
    this.#replicas = replicas;
  }

  isOn(id: ReplicaId): boolean {
    return this.#onSinceS.has(id);
  }

  /** Infinity where it is off. */
  onSinceS(id: ReplicaId): Seconds {
    return this.#onSinceS.get(id) ?? Number.POSITIVE_INFINITY;
  }

  on(id: ReplicaId, nowS: Seconds): void {
    this.#onSinceS.set(id, nowS);
  }

  off(id: ReplicaId, nowS: Seconds): void {
    const fromS = this.#onSinceS.get(id);
    if (fromS !== undefined) this.#stays.push({ id, fromS, toS: nowS });
    this.#onSinceS.delete(id);
  }

  /** Of those that are off again. */
  *overtime(endS: Seconds): Generator<Overtime> {
    for (const { id, fromS, toS } of this.#stays) {
      const overS = toS - Math.max(fromS, endS);
      if (overS > 0) yield { id, overS };
    }
  }

  /**
   * At the end of the run: its GPUs and replicas on average over the time. The idle power is of those
   * that were on all the time; the series gets that of the others, for as long as they were on.
   */
  settle(span: RunSpan, standby: Standby | undefined, series: PowerSeries | undefined): Fleet {
    const still = [...this.#onSinceS].map(([id, fromS]) => ({ id, fromS, toS: span.toS }));
    const stays = [...still, ...this.#stays].map(({ id, fromS, toS }) => ({
      id,
      fromS: Math.max(fromS, span.fromS),
      toS: Math.min(toS, span.toS),
    }));
    const isWhole = ({ id, fromS, toS }: Stay) =>
      fromS === span.fromS && toS === span.toS && (toS > fromS || this.isOn(id));
    const always = new Set(stays.filter(isWhole).map(({ id }) => id));
    const fleet = fleetOf(
      this.#replicas.filter((_, id) => always.has(id)),
      standby,
    );
    let { gpus, replicas } = fleet;
    for (const { id, fromS, toS } of stays) {
      const config = this.#replicas[id];
      if (config === undefined || always.has(id) || toS <= fromS) continue;
      const shareRatio = (toS - fromS) / (span.toS - span.fromS);
      gpus += shareRatio * config.gpus;
      replicas += shareRatio;
      series?.addEvenly({ startedS: fromS, endedS: toS }, config.idleW * (toS - fromS));
    }
    return { ...fleet, gpus, replicas };
  }
}
