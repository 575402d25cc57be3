import { csvCell } from "../csvCell.ts";
import { csvLines } from "../csvTable.ts";
import type { ParquetCell } from "../parquet/parquetWriter.ts";
import type { Result } from "../report/result.ts";
import { type Column, resultCell } from "./columns.ts";
import type { Point, Sweep } from "./points.ts";

/** What came of a point: a result, or the reason why there is none. */
export type Outcome = { readonly result: Result } | { readonly error: string };

/** A line of the table, without its end: a field stays on its line. */
export function rowText(
  { values, replication, spec }: Point,
  outcome: Outcome,
  { sweep, columns }: { readonly sweep: Sweep; readonly columns: readonly Column[] },
): string {
  const paths = sweep.axes.flatMap((axis) => axis.paths);
  const given = new Map<string, string>(
    paths.map((path, place) => [path, valueText(values[place])]),
  );
  given.set("spec", spec);
  if (sweep.replications > 1) given.set("replication", String(replication));
  const isDone = "result" in outcome;
  given.set("status", isDone ? "ok" : "failed");
  given.set("error", isDone ? "" : oneLine(outcome.error));
  return columns
    .map(({ name }) => {
      const known = given.get(name);
      if (known !== undefined) return csvCell(known);
      const cell = isDone ? resultCell(outcome.result, name) : null;
      return csvCell(typeof cell === "string" ? oneLine(cell) : cell);
    })
    .join(",");
}

/** A value of the file: words and numbers as they are, null as nothing, blocks as JSON. */
function valueText(value: unknown): string {
  if (value === null || value === undefined) return "";
  const isPlain = typeof value === "string" && !/[\r\n]/.test(value);
  return isPlain ? value : JSON.stringify(value);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]+\s*/g, "; ");
}

/** A line as its fields. */
export function rowFields(text: string, file: string): readonly string[] {
  return csvLines(`${text}\n`, file)[0]?.fields ?? [];
}

/** Fields as the values that their columns hold; nothing stands for null. */
export function typedCells(fields: readonly string[], columns: readonly Column[]): ParquetCell[] {
  return columns.map(({ type }, place) => {
    const text = fields[place] ?? "";
    if (text === "") return null;
    if (type === "BOOLEAN") return text === "true";
    return type === "STRING" ? text : Number(text);
  });
}
