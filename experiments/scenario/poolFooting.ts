import type { Basis, Evidence, Support } from "../../models/evidence.ts";
import type { HostPower } from "../../models/facility.ts";
import type { Footing } from "../report/intervals.ts";

interface PoolFooting {
  readonly footing: Footing;
  readonly gpus: number;
}

/** What figures of several kinds of replicas rest on: of each part the weakest. */
export function jointFooting(pools: readonly PoolFooting[]): Footing {
  const evidences = pools.map(({ footing }) => footing.evidence);
  const gpus = pools.reduce((sum, pool) => sum + pool.gpus, 0);
  const weightedW = pools.reduce((sum, pool) => sum + pool.gpus * pool.footing.highestGpuW, 0);
  return {
    evidence: jointEvidence(evidences),
    isMoe: pools.some(({ footing }) => footing.isMoe),
    highestGpuW: weightedW / gpus,
  };
}

function jointEvidence(evidences: readonly Evidence[]): Evidence {
  const of = (metric: "latency" | "power") => ({
    basis: last(
      bases,
      evidences.map((evidence) => evidence[metric].basis),
    ),
    support: last(
      supports,
      evidences.map((evidence) => evidence[metric].support),
    ),
  });
  const hasOwnKernels = evidences.every(({ latency }) => latency.hasOwnKernels);
  return {
    latency: { ...of("latency"), hasOwnKernels },
    power: of("power"),
    sources: [...new Set(evidences.flatMap(({ sources }) => sources))],
  };
}

const bases = ["measured", "fitted", "transferred", "datasheet"] as const satisfies Basis[];
const supports = [
  "interpolated",
  "new_architecture",
  "operators_only",
] as const satisfies Support[];

/** Of those that occur, the one that stands last in `order`. */
function last<Word>(order: readonly [Word, ...Word[]], found: readonly Word[]): Word {
  return order.findLast((word) => found.includes(word)) ?? order[0];
}

/** Undefined where one is unknown, or nodes differ: their busy hours are not kept apart. */
export function jointHost(hosts: readonly (HostPower | undefined)[]): HostPower | undefined {
  const [first] = hosts;
  const isSame = hosts.every(
    (host) => host?.idleW === first?.idleW && host?.activeW === first?.activeW,
  );
  return isSame ? first : undefined;
}
