import type { Tokens } from "../../sim/units.ts";
import { type TraceColumns, traceBuilder } from "./traceColumns.ts";
import { TraceError } from "./traceError.ts";

/** The rows of a file, whatever its format. */
interface RowCursor {
  /** Moves to the next row; false at the end. */
  nextRow(): boolean;
  /** The number of the line in the file, from 1. */
  readonly row: number;
}

/** What one row says of one request. */
interface ReadRequest {
  /** In the importer's unit, from an origin of its choice; 0 where there are no times. */
  readonly ticks: number;
  readonly promptTokens: Tokens;
  readonly outputTokens: Tokens;
  /** Both together, where the row says so itself. */
  readonly totalTokens?: Tokens | undefined;
  readonly textIds?: readonly number[] | undefined;
  readonly tenant?: string | undefined;
  readonly className?: string | undefined;
}

interface RequestRows {
  /** As the file calls them. */
  readonly prompt: string;
  readonly output: string;
  /** Undefined where the trace has no times; asked for when all rows were read. */
  readonly ticksPerS: () => number | undefined;
  /** Tokens that a text id stands for. */
  readonly textTokens?: Tokens | undefined;
  /** A request without a prompt is left out and counted; else it is an error, if it had output. */
  readonly leavesOutPromptless?: boolean;
  /** Of the current row; undefined where it holds no request. */
  readonly read: () => ReadRequest | undefined;
  /** What the user should know, of the rows that were read. */
  readonly remarks?: (() => readonly string[]) | undefined;
}

/** Reads one request a row. Throws a TraceError where none of them had output. */
export function requestRows(rows: RowCursor, trace: RequestRows): TraceColumns {
  const builder = traceBuilder();
  const { prompt, output } = trace;
  let promptlessRows = 0;
  let otherTotals = 0;
  while (rows.nextRow()) {
    const request = trace.read();
    if (request === undefined) continue;
    const { promptTokens, outputTokens, totalTokens } = request;
    const isPromptless = promptTokens === 0 && outputTokens > 0;
    if (isPromptless && trace.leavesOutPromptless !== true) {
      throw new TraceError({ row: rows.row, text: "0", expected: `at least 1 of ${prompt}` });
    }
    if (isPromptless) promptlessRows++;
    else builder.add({ fileRow: rows.row, ...request });
    otherTotals += Number(
      (totalTokens ?? promptTokens + outputTokens) !== promptTokens + outputTokens,
    );
  }
  refuseEmpty(builder, { row: rows.row, output });
  const columns = builder.columns({ ticksPerS: trace.ticksPerS(), textTokens: trace.textTokens });
  const remarks = [
    ...counted(promptlessRows, "have no input and were left out"),
    ...counted(otherTotals, "give another total than input and output together"),
    ...(trace.remarks?.() ?? []),
  ];
  return remarks.length === 0 ? columns : { ...columns, remarks };
}

function refuseEmpty(
  { rows, droppedRows }: { readonly rows: number; readonly droppedRows: number },
  { row, output }: { readonly row: number; readonly output: string },
): void {
  if (rows > 0) return;
  const text = droppedRows === 0 ? "" : `0 in all ${droppedRows} rows`;
  throw new TraceError({ row, text, expected: `at least one request with output (${output})` });
}

/** A remark on so many rows; none where there are none. */
export function counted(rows: number, what: string): readonly string[] {
  return rows === 0 ? [] : [`${rows} rows of the trace ${what}`];
}
