import type { ReplicaSignal, Router } from "../ports.ts";
import type { ReplicaId } from "../units.ts";
import { LoadTree, loadSeqs } from "./loadTree.ts";

/** Of some replicas the one with the fewest requests; of equals, the first. */
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

/** The replica with the fewest requests waiting, running or swapped out; of equals, the lowest id. */
export function leastLoaded(): Router {
  let tree: LoadTree | undefined;
  const route: Router = (_request, replicas) => {
    if (tree?.replicas !== replicas) tree = new LoadTree(replicas);
    const place = tree.least();
    tree.change(place);
    return place;
  };
  return Object.assign(route, { leaves: (id: ReplicaId) => tree?.change(id) });
}
