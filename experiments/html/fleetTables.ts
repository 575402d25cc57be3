import { memberOf } from "../scenario/schemaTree.ts";
import { figureAt } from "./figures.ts";
import type { ReplicaRow } from "./replicaBooks.ts";
import { sortableTable, type TableCell } from "./sortableTable.ts";
import { textAt } from "./texts.ts";

/** What each kind of replica, each replica, each class and each tenant came to. */
export function fleetTables(
  result: unknown,
  replicas: readonly ReplicaRow[] | undefined,
): string[] {
  const pools = blocksAt(result, "pools");
  return [
    ...(pools.length === 0 ? [] : ["<h2>Pools</h2>", poolTable(pools)]),
    "<h2>Replicas</h2>",
    ...(replicas === undefined
      ? ["<p>A result tells nothing of single replicas: <code>run --report</code> does.</p>"]
      : [
          '<p class="faint">Joules are those of steps: of its idle time a replica tells nothing. ' +
            `Latencies are means of the requests that ended there.${rankNote(result)}</p>`,
          replicaTable(replicas, pools),
        ]),
    ...groupTable("classes", "Classes", result),
    ...groupTable("tenants", "Tenants", result),
  ];
}

function rankNote(result: unknown): string {
  const ranks = figureAt(result, "scenario.cluster.data_parallel_size") ?? 1;
  return ranks > 1 ? ` Each rank of data parallelism is a row, ${ranks} of a replica.` : "";
}

function poolTable(pools: readonly unknown[]): string {
  const rows = pools.map((pool): TableCell[] => [
    textAt(pool, "name") ?? null,
    textAt(pool, "role") ?? "whole",
    textAt(pool, "gpu") ?? null,
    figureAt(pool, "tensor_parallel_size"),
    figureAt(pool, "replicas"),
    figureAt(pool, "requests.completed"),
    figureAt(pool, "output_tokens"),
    percentOf(figureAt(pool, "busy_ratio")),
    figureAt(pool, "per_gpu_mean_w"),
    figureAt(pool, "gpu_j"),
    figureAt(pool, "per_output_token_j"),
    figureAt(pool, "ttft_ms.p99"),
    figureAt(pool, "tpot_ms.p99"),
    figureAt(pool, "e2e_ms.p99"),
  ]);
  const names = ["pool", "role", "GPU", "TP", "replicas", "completed", "output tokens", "busy %"];
  const figures = ["W per GPU", "J", "J/token", "TTFT p99 ms", "TPOT p99 ms", "E2E p99 ms"];
  return sortableTable({ label: "Pools", names: [...names, ...figures], rows });
}

function replicaTable(replicas: readonly ReplicaRow[], pools: readonly unknown[]): string {
  // Replicas are numbered from pool to pool.
  const poolOf = pools.flatMap((pool) =>
    Array<string>(figureAt(pool, "replicas") ?? 0).fill(textAt(pool, "name") ?? ""),
  );
  const inPool = poolOf.length > 0;
  const rows = replicas.map((row): TableCell[] => [
    row.replica,
    ...(inPool ? [poolOf[row.replica] ?? null] : []),
    row.completed,
    row.outputTokens,
    percentOf(row.busyRatio),
    row.batch,
    percentOf(row.kvPeakRatio),
    row.mostWaiting,
    row.ttftMs,
    row.tpotMs,
    row.stepsJ,
  ]);
  const names = ["replica", ...(inPool ? ["pool"] : []), "completed", "output tokens", "busy %"];
  const figures = ["mean batch", "KV peak %", "longest queue", "TTFT ms", "TPOT ms", "J in steps"];
  return sortableTable({ label: "Replicas", names: [...names, ...figures], rows });
}

function groupTable(key: string, title: string, result: unknown): string[] {
  const groups = blocksAt(result, key);
  if (groups.length === 0) return [];
  const rows = groups.map((group): TableCell[] => [
    textAt(group, "name") ?? null,
    ...["completed", "good", "rejected", "timed_out", "cancelled"].map((name) =>
      figureAt(group, `requests.${name}`),
    ),
    figureAt(group, "output_tokens"),
    figureAt(group, "energy_j"),
    figureAt(group, "ttft_ms.mean"),
    figureAt(group, "ttft_ms.p99"),
    figureAt(group, "tpot_ms.p99"),
    figureAt(group, "e2e_ms.p99"),
  ]);
  const names = ["name", "completed", "within slo", "rejected", "timed out", "cancelled"];
  const figures = ["output tokens", "J", "TTFT ms", "TTFT p99 ms", "TPOT p99 ms", "E2E p99 ms"];
  return [
    `<h2>${title}</h2>`,
    sortableTable({ label: title, names: [...names, ...figures], rows }),
  ];
}

function blocksAt(result: unknown, key: string): readonly unknown[] {
  const blocks = memberOf(result, key);
  return Array.isArray(blocks) ? blocks : [];
}

function percentOf(ratio: number | null): number | null {
  return ratio === null ? null : 100 * ratio;
}
