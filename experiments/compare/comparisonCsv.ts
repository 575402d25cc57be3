import { csvCell } from "../csvCell.ts";
import type { Comparison } from "./comparison.ts";

/** A line for each figure; a field is empty where nothing is known. */
export function comparisonCsv({ figures }: Comparison): string {
  const rows = figures.map(({ interval_80: { a: ofA, b: ofB }, ...figure }) => ({
    metric: figure.metric,
    a: figure.a,
    b: figure.b,
    difference: figure.difference,
    ratio: figure.ratio,
    "a.low": ofA?.[0],
    "a.high": ofA?.[1],
    "b.low": ofB?.[0],
    "b.high": ofB?.[1],
    exceeds_intervals: figure.exceeds_intervals,
  }));
  const header = Object.keys(rows[0] ?? {}).join(",");
  const lines = rows.map((row) => Object.values(row).map(csvCell).join(","));
  return [header, ...lines].map((line) => `${line}\n`).join("");
}
