import type { ReplicaId, Seconds } from "../units.ts";
import type { Outage } from "./outages.ts";

/** When each replica was down, as far as the run has come. */
export class OutageLog {
  readonly #outages: Outage[][];

  constructor(replicas: number) {
    this.#outages = Array.from({ length: replicas }, () => []);
  }

  add(id: ReplicaId, outage: Outage): void {
    this.#outages[id]?.push(outage);
  }

  /** Those of a replica that reach into the time from `fromS` to `toS`, cut to it. */
  *within(id: ReplicaId, { fromS, toS }: Outage): Generator<Outage> {
    for (const outage of this.#outages[id] ?? []) {
      const cut = { fromS: Math.max(fromS, outage.fromS), toS: Math.min(toS, outage.toS) };
      if (cut.toS > cut.fromS) yield cut;
    }
  }

  downS(id: ReplicaId, span: Outage): Seconds {
    let downS: Seconds = 0;
    for (const { fromS, toS } of this.within(id, span)) downS += toS - fromS;
    return downS;
  }
}
