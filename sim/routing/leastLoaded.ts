import type { ReplicaSignal, Router } from "../ports.ts";
import type { ReplicaId } from "../units.ts";

/** Requests that wait, run or are swapped out on a replica: what routers call its load. */
export function loadSeqs(replica: ReplicaSignal): number {
  return replica.waitingSeqs + replica.runningSeqs + replica.swappedSeqs;
}

/** The replica with the fewest requests waiting, running or swapped out; of equals, the lowest id. */
export function leastLoadedOf(replicas: Iterable<ReplicaSignal>): ReplicaId {
  let least = 0;
  let leastSeqs = Number.POSITIVE_INFINITY;
  for (const replica of replicas) {
    const seqs = loadSeqs(replica);
    if (seqs < leastSeqs) {
      leastSeqs = seqs;
      least = replica.id;
    }
  }
  return least;
}

export function leastLoaded(): Router {
  return (_request, replicas) => leastLoadedOf(replicas);
}
