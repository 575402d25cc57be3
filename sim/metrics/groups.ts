import type { RequestEnd, RequestRecord } from "../request.ts";
import type { Joules, Tokens } from "../units.ts";
import { Distribution, type Statistics } from "./distribution.ts";

/** The requests of one class or of one tenant. */
export interface GroupTotals {
  readonly name: string;
  readonly requests: Readonly<Record<RequestEnd | "good", number>>;
  readonly outputTokens: Tokens;
  readonly energyJ: Joules;
  /** Of those that completed. */
  readonly latency: {
    readonly ttftS: Statistics | undefined;
    readonly tpotS: Statistics | undefined;
    readonly e2eS: Statistics | undefined;
  };
}

/** The requests of a group that have ended. */
export interface GroupSums {
  readonly name: string;
  readonly completed: number;
  readonly good: number;
  readonly outputTokens: Tokens;
  readonly energyJ: Joules;
}

/** Books requests by a name that they share. */
export class Groups {
  readonly #groups = new Map<string, Group>();

  /** A group is told of even where nobody is in it. */
  constructor(names: readonly string[] = []) {
    for (const name of names) this.#groups.set(name, newGroup());
  }

  add(name: string, record: RequestRecord, isGood: boolean): void {
    const group = this.#groups.get(name) ?? newGroup();
    this.#groups.set(name, group);
    group.requests[record.status]++;
    if (isGood) group.requests.good++;
    group.outputTokens += record.outputTokens;
    group.energyJ += record.energyJ;
    if (record.status !== "completed") return;
    for (const key of ["ttftS", "tpotS", "e2eS"] as const) {
      const valueS = record[key];
      if (valueS !== undefined) group.latency[key].add(valueS);
    }
  }

  /** What is known at any time of those who have ended. */
  sums(): GroupSums[] {
    return [...this.#groups].map(([name, { requests, outputTokens, energyJ }]) => ({
      name,
      completed: requests.completed,
      good: requests.good,
      outputTokens,
      energyJ,
    }));
  }

  /** In the order in which they were first seen. */
  totals(): GroupTotals[] {
    return [...this.#groups].map(([name, { requests, outputTokens, energyJ, latency }]) => ({
      name,
      requests: { ...requests },
      outputTokens,
      energyJ,
      latency: {
        ttftS: latency.ttftS.statistics(),
        tpotS: latency.tpotS.statistics(),
        e2eS: latency.e2eS.statistics(),
      },
    }));
  }
}

type Group = ReturnType<typeof newGroup>;

function newGroup() {
  return {
    requests: { completed: 0, rejected: 0, unfinished: 0, timedOut: 0, cancelled: 0, good: 0 },
    outputTokens: 0,
    energyJ: 0,
    latency: { ttftS: new Distribution(), tpotS: new Distribution(), e2eS: new Distribution() },
  };
}
