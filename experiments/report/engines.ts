import type { RunTotals } from "../../sim/totals.ts";

interface Cluster {
  readonly replicas: number;
  readonly data_parallel_size: number;
}

/** Engines with a queue and a KV cache of their own: the ranks of all replicas. */
export function enginesOf(cluster: Cluster): number {
  return cluster.replicas * cluster.data_parallel_size;
}

/** The same of a run that may have had pools, each of its own number of replicas. */
export function enginesIn({ pools }: Pick<RunTotals, "pools">, cluster: Cluster): number {
  const ofPools = pools.reduce((sum, { replicas }) => sum + replicas, 0);
  return ofPools > 0 ? ofPools : enginesOf(cluster);
}
