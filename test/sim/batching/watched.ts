import type { Batcher, BatchingReplica } from "../../../sim/batching/batcher.ts";

/** What a policy did at one step boundary. */
export interface Boundary {
  readonly atS: number;
  /** Decoding sequences of the step, and tokens prefilled of each request by its id. */
  decodes: number;
  readonly prefills: Record<number, number>;
  readonly preempted: number[];
}

/** The same policy, with a record of what it did at each boundary that left something running. */
export function watched(batcher: Batcher, boundaries: Boundary[]): Batcher {
  return {
    ...batcher,
    form: (replica) => {
      const boundary: Boundary = { atS: replica.nowS, decodes: 0, prefills: {}, preempted: [] };
      batcher.form(watchedReplica(replica, boundary));
      boundary.decodes = replica.decodingSeqs;
      if (replica.runningSeqs > 0) boundaries.push(boundary);
    },
  };
}

function watchedReplica(replica: BatchingReplica, boundary: Boundary): BatchingReplica {
  const noted = (id: number | undefined, tokens: number): void => {
    if (tokens > 0 && id !== undefined) boundary.prefills[id] = tokens;
  };
  const whole = (id: number | undefined, tokens: number, scheduled: boolean): boolean => {
    noted(id, scheduled ? tokens : 0);
    return scheduled;
  };
  const counted = (id: number | undefined, tokens: number): number => {
    noted(id, tokens);
    return tokens;
  };
  // What the policy does is noted; what it sees is the replica's own.
  const actions: Partial<BatchingReplica> = {
    preempt: () => {
      replica.preempt();
      boundary.preempted.push(replica.firstWaiting?.id ?? Number.NaN);
    },
    continuePrefill: (tokens) =>
      whole(replica.partialPrefill?.id, tokens, replica.continuePrefill(tokens)),
    admitFirst: (tokens) => counted(replica.firstWaiting?.id, replica.admitFirst(tokens)),
    admitWhole: (tokens) => counted(replica.firstWaiting?.id, replica.admitWhole(tokens)),
    admitPadded: (tokens) => whole(replica.firstWaiting?.id, tokens, replica.admitPadded(tokens)),
  };
  return new Proxy(replica, {
    get: (target, name) => {
      const action = Reflect.get(actions, name);
      if (action !== undefined) return action;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
