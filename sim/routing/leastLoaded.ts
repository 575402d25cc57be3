import type { Router } from "../ports.ts";

/** The replica with the fewest requests waiting, running or swapped out; of equals, the lowest id. */
export function leastLoaded(): Router {
  return (_request, replicas) => {
    let least = 0;
    let leastSeqs = Number.POSITIVE_INFINITY;
    for (const replica of replicas) {
      const seqs = replica.waitingSeqs + replica.runningSeqs + replica.swappedSeqs;
      if (seqs < leastSeqs) {
        leastSeqs = seqs;
        least = replica.id;
      }
    }
    return least;
  };
}
