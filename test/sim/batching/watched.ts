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
  const noted = (id: number | undefined, tokens: number, scheduled: boolean): boolean => {
    if (scheduled && id !== undefined) boundary.prefills[id] = tokens;
    return scheduled;
  };
  return {
    get nowS() {
      return replica.nowS;
    },
    get decodingSeqs() {
      return replica.decodingSeqs;
    },
    get runningSeqs() {
      return replica.runningSeqs;
    },
    get waitingSeqs() {
      return replica.waitingSeqs;
    },
    get firstWaiting() {
      return replica.firstWaiting;
    },
    get partialPrefill() {
      return replica.partialPrefill;
    },
    get sourceEnded() {
      return replica.sourceEnded;
    },
    waitingPrompts: (count) => replica.waitingPrompts(count),
    canDecode: () => replica.canDecode(),
    preemptLast: () => {
      replica.preemptLast();
      boundary.preempted.push(replica.firstWaiting?.id ?? Number.NaN);
    },
    continuePrefill: (tokens) =>
      noted(replica.partialPrefill?.id, tokens, replica.continuePrefill(tokens)),
    admitFirst: (tokens) => noted(replica.firstWaiting?.id, tokens, replica.admitFirst(tokens)),
    admitPadded: (tokens) => noted(replica.firstWaiting?.id, tokens, replica.admitPadded(tokens)),
    outOfMemory: (reason) => replica.outOfMemory(reason),
  };
}
