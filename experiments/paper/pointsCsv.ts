import { csvCell } from "../csvCell.ts";
import type { PaperPoint } from "./study.ts";

const columns = [
  "figure",
  "series",
  "model",
  "gpu",
  "n_gpus_tp",
  "framework",
  "batch",
  "input_tokens",
  "output_tokens",
  "workload",
  "metric",
  "unit",
  "simulated",
  "published",
  "error",
  "interval_80_low",
  "interval_80_high",
  "kind",
  "published_within",
  "used_to_fit",
  "out_of_memory",
  "published_out_of_memory",
  "assumed",
  "reason",
] as const satisfies readonly (keyof Row)[];

type Row = ReturnType<typeof rowOf>;

/** A line for each cell of each grid; a field is empty where nothing is known. */
export function pointsCsv(points: readonly PaperPoint[]): string {
  const lines = points.map((point) => {
    const row = rowOf(point);
    return columns.map((column) => csvCell(row[column])).join(",");
  });
  return [columns.join(","), ...lines].map((line) => `${line}\n`).join("");
}

function rowOf({ interval_80, assumed, ...row }: PaperPoint) {
  const [low = null, high = null] = interval_80 ?? [];
  return { ...row, interval_80_low: low, interval_80_high: high, assumed: assumed.join("; ") };
}
