import type { Router } from "../ports.ts";

/** The replica with the fewest requests waiting or running; of equals, the lowest id. */
export function leastLoaded(): Router {
  return (_request, replicas) => {
    let least = 0;
    let leastSeqs = Number.POSITIVE_INFINITY;
    for (const replica of replicas) {
      const seqs = replica.waitingSeqs + replica.runningSeqs;
      if (seqs < leastSeqs) {
        leastSeqs = seqs;
        least = replica.id;
      }
    }
    return least;
  };
}
