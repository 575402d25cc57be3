import { broken } from "../assert.ts";
import type { ReplicaSignal, Router } from "../ports.ts";
import type { ReplicaId } from "../units.ts";

/** Ranks of a replica, as a router between replicas sees them. */
class RankGroup implements ReplicaSignal {
  readonly id: ReplicaId;
  readonly ranks: readonly ReplicaSignal[];

  constructor(id: ReplicaId, ranks: readonly ReplicaSignal[]) {
    this.id = id;
    this.ranks = ranks;
  }

  get waitingSeqs(): number {
    return this.ranks.reduce((sum, { waitingSeqs }) => sum + waitingSeqs, 0);
  }

  get runningSeqs(): number {
    return this.ranks.reduce((sum, { runningSeqs }) => sum + runningSeqs, 0);
  }

  get swappedSeqs(): number {
    return this.ranks.reduce((sum, { swappedSeqs }) => sum + swappedSeqs, 0);
  }
}

/**
 * What vLLM's client looks at (`DPLBAsyncMPClient.get_core_engine_for_request`): who waits counts
 * four times. Whose KV cache is in the host's memory waits.
 */
function rankScore({ waitingSeqs, runningSeqs, swappedSeqs }: ReplicaSignal): number {
  return 4 * (waitingSeqs + swappedSeqs) + runningSeqs;
}

/** `router` chooses a replica, and the replica's front end the rank with the lowest score; of equals, the first. */
export function rankRouter(router: Router, ranksPerReplica: number): Router {
  let seen: readonly ReplicaSignal[] | undefined;
  let groups: readonly RankGroup[] = [];
  const route: Router = (request, ranks) => {
    if (seen !== ranks) {
      seen = ranks;
      groups = groupsOf(ranks, ranksPerReplica);
    }
    const group = groups[router(request, groups)];
    if (group === undefined) broken(`the router chose none of ${groups.length} replicas`);
    return leastOf(group.ranks);
  };
  const leaves = (id: ReplicaId) => router.leaves?.(Math.floor(id / ranksPerReplica));
  return Object.assign(route, { leaves });
}

function groupsOf(ranks: readonly ReplicaSignal[], size: number): RankGroup[] {
  const groups: RankGroup[] = [];
  for (let first = 0; first < ranks.length; first += size) {
    groups.push(new RankGroup(groups.length, ranks.slice(first, first + size)));
  }
  return groups;
}

function leastOf(ranks: readonly ReplicaSignal[]): ReplicaId {
  let least = 0;
  let leastScore = Number.POSITIVE_INFINITY;
  for (const rank of ranks) {
    const score = rankScore(rank);
    if (score >= leastScore) continue;
    leastScore = score;
    least = rank.id;
  }
  return least;
}
