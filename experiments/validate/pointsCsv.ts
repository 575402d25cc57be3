import { csvCell } from "../csvCell.ts";
import { type StudyPoint, studyPoint } from "./study.ts";
import type { Validation } from "./validate.ts";

const columns = [
  "suite",
  "id",
  "series",
  "model",
  "gpu",
  "n_gpus_tp",
  "framework",
  "batch",
  "input_tokens",
  "output_tokens",
  "metric",
  "unit",
  "simulated",
  "published",
  "error",
  "interval_80_low",
  "interval_80_high",
  "interpolated",
  "new_architecture",
  "operators_only",
  "used_to_fit",
  "source",
] as const satisfies readonly (keyof Row)[];

type Row = ReturnType<typeof rowOf>;

/** One line for each measured figure; a cell is empty where there is no prediction. */
export function pointsCsv({ points }: Validation): string {
  const lines = points.map((point) => {
    const row = rowOf(studyPoint(point));
    return columns.map((column) => csvCell(row[column])).join(",");
  });
  return [columns.join(","), ...lines].map((line) => `${line}\n`).join("");
}

/** A list or a mapping has a column for each of its members. */
function rowOf({ interval_80, by_regime, ...row }: StudyPoint) {
  const [low = null, high = null] = interval_80 ?? [];
  return { ...row, ...by_regime, interval_80_low: low, interval_80_high: high };
}
