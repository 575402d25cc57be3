import type { CsvTable } from "./csvTable.ts";
import { type TraceColumns, traceBuilder } from "./traceColumns.ts";

interface RequestTable {
  readonly prompt: string;
  readonly output: string;
  /** The time of the current row; undefined where the trace has none. */
  readonly time: { readonly ticks: () => number; readonly ticksPerS: number } | undefined;
}

/** Reads a table with one request a row; who pays and of what kind it is where it says so. */
export function readRequests(
  table: CsvTable,
  { prompt, output, time }: RequestTable,
): TraceColumns {
  const promptColumn = table.column(prompt);
  const outputColumn = table.column(output);
  const named = (column: number | undefined): string | undefined => {
    const name = column === undefined ? "" : table.text(column).trim();
    return name === "" ? undefined : name;
  };
  const tenantColumn = table.find("tenant");
  const classColumn = table.find("class");
  const builder = traceBuilder();
  while (table.nextRow()) {
    const ticks = time === undefined ? 0 : time.ticks();
    const promptTokens = table.tokens(promptColumn);
    const outputTokens = table.tokens(outputColumn);
    if (promptTokens === 0 && outputTokens > 0) {
      throw table.error({ text: "0", expected: `at least 1 of ${prompt}` });
    }
    builder.add({
      fileRow: table.row,
      ticks,
      promptTokens,
      outputTokens,
      tenant: named(tenantColumn),
      className: named(classColumn),
    });
  }
  if (builder.rows === 0) {
    const found = builder.droppedRows === 0 ? "" : `0 in all ${builder.droppedRows} rows`;
    throw table.error({ text: found, expected: `at least one request with output (${output})` });
  }
  return builder.columns({ ticksPerS: time?.ticksPerS });
}
