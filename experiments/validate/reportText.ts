import type { Paint } from "../report/paint.ts";
import { table } from "../report/table.ts";
import type { ReportTable } from "./tables.ts";

interface TextOptions {
  readonly paint: Paint;
  readonly columns: number;
}

/** For a terminal: single rows first, so that what they come to stands last. */
export function reportText(tables: readonly ReportTable[], options: TextOptions): string {
  return tables
    .toReversed()
    .map(({ title, rows }) => `${options.paint.accent(title)}\n${table(rows, options)}`)
    .join("\n");
}
