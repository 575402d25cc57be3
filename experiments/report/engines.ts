/** Engines with a queue and a KV cache of their own: the ranks of all replicas. */
export function enginesOf(cluster: {
  readonly replicas: number;
  readonly data_parallel_size: number;
}): number {
  return cluster.replicas * cluster.data_parallel_size;
}
