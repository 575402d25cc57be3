import type { Paint } from "./paint.ts";
import { grouped, percent, si } from "./quantity.ts";
import type { Result } from "./result.ts";

const columns = ["done", "tokens", "TPOT mean", "busy", "W per GPU", "joules"] as const;
const nameWidth = 20;

/** What each pool of replicas did, where there are several kinds. */
export function poolTable({ pools }: Result, paint: Paint): string[] {
  if (pools.length === 0) return [];
  const row = (label: string, cells: readonly string[]) =>
    label.slice(0, nameWidth - 1).padEnd(nameWidth) +
    cells.map((cell) => cell.padStart(10)).join("");
  return [
    "",
    paint.strong(row("Pool", columns)),
    ...pools.map((pool) => row(`  ${pool.name}`, cellsOf(pool))),
  ];
}

function cellsOf(pool: Result["pools"][number]): string[] {
  const tpotMs = pool.tpot_ms.mean;
  return [
    grouped(pool.requests.completed),
    grouped(pool.output_tokens),
    si(tpotMs === null ? null : tpotMs / 1000, "s"),
    percent(pool.busy_ratio),
    si(pool.per_gpu_mean_w, "W"),
    si(pool.gpu_j, "J"),
  ];
}
