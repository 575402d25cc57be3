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
  "regime",
  "used_to_fit",
  "source",
] as const satisfies readonly (keyof StudyPoint)[];

/** One line for each measured figure; a cell is empty where there is no prediction. */
export function pointsCsv({ points }: Validation): string {
  const lines = points.map((point) => {
    const row = studyPoint(point);
    return columns.map((column) => cell(row[column])).join(",");
  });
  return [columns.join(","), ...lines].map((line) => `${line}\n`).join("");
}

function cell(value: string | number | boolean | null): string {
  const text = String(value ?? "");
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
