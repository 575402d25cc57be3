import type { Seconds, Tokens } from "../../sim/units.ts";
import { type TraceColumns, type TraceRow, traceBuilder } from "./traceColumns.ts";
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
  /** From when times count; undefined: from the first request. */
  readonly originS: Seconds | undefined;
  /** Tokens that a text id stands for. */
  readonly textTokens?: Tokens | undefined;
  /** A request without a prompt is left out and counted; else it is an error, if it had output. */
  readonly leavesOutPromptless?: boolean;
  /** Of the current row; undefined where it holds no request. */
  readonly read: () => ReadRequest | undefined;
  /** What the user should know, of the rows that were read. */
  readonly remarks?: (() => readonly string[]) | undefined;
}

/** The requests of a file one at a time, without keeping them. */
export interface RequestReader {
  /** The next request, those without output too; undefined at the end. */
  next(): TraceRow | undefined;
  /** Undefined where the trace has no times; known from the first request on. */
  ticksPerS(): number | undefined;
  readonly originS: Seconds | undefined;
  readonly textTokens: Tokens | undefined;
  /** Of the rows that were read. */
  remarks(): readonly string[];
  /** Of a file that was read to its end: at least one request with output is needed. */
  empty(droppedRows: number): TraceError;
}

/** `next` throws a TraceError at a row that can't be read. */
export function requestReader(rows: RowCursor, trace: RequestRows): RequestReader {
  const { prompt, output, ticksPerS, originS, textTokens } = trace;
  let promptlessRows = 0;
  let otherTotals = 0;
  return {
    ticksPerS,
    originS,
    textTokens,
    next() {
      while (rows.nextRow()) {
        const request = trace.read();
        if (request === undefined) continue;
        const { promptTokens, outputTokens, totalTokens } = request;
        const isPromptless = promptTokens === 0 && outputTokens > 0;
        if (isPromptless && trace.leavesOutPromptless !== true) {
          throw new TraceError({ row: rows.row, text: "0", expected: `at least 1 of ${prompt}` });
        }
        otherTotals += Number(
          (totalTokens ?? promptTokens + outputTokens) !== promptTokens + outputTokens,
        );
        if (!isPromptless) return fromOrigin({ fileRow: rows.row, ...request }, trace);
        promptlessRows++;
      }
      return undefined;
    },
    remarks: () => [
      ...counted(promptlessRows, "have no input and were left out"),
      ...counted(otherTotals, "give another total than input and output together"),
      ...(trace.remarks?.() ?? []),
    ],
    empty(droppedRows) {
      const text = droppedRows === 0 ? "" : `0 in all ${droppedRows} rows`;
      const expected = `at least one request with output (${output})`;
      return new TraceError({ row: rows.row, text, expected });
    },
  };
}

/** Failed requests, which are left out, may have no time. */
function fromOrigin(row: TraceRow, { originS, ticksPerS }: RequestRows): TraceRow {
  const perS = ticksPerS();
  const { ticks, outputTokens, fileRow } = row;
  if (originS === undefined || perS === undefined || outputTokens === 0) return row;
  if (ticks >= originS * perS) return row;
  const expected = `a time from origin_s, ${originS} s, on`;
  throw new TraceError({ row: fileRow, text: `${ticks / perS} s`, expected });
}

/** Reads one request a row. Throws a TraceError where none of them had output. */
export function requestRows(rows: RowCursor, trace: RequestRows): TraceColumns {
  return columnsOf(requestReader(rows, trace));
}

/** All that a reader has left, behind what `builder` has of it. */
export function columnsOf(reader: RequestReader, builder = traceBuilder()): TraceColumns {
  for (let row = reader.next(); row !== undefined; row = reader.next()) builder.add(row);
  if (builder.rows === 0) throw reader.empty(builder.droppedRows);
  const columns = builder.columns({
    ticksPerS: reader.ticksPerS(),
    originS: reader.originS,
    textTokens: reader.textTokens,
  });
  const remarks = reader.remarks();
  return remarks.length === 0 ? columns : { ...columns, remarks };
}

/** A remark on so many rows; none where there are none. */
export function counted(rows: number, what: string): readonly string[] {
  return rows === 0 ? [] : [`${rows} rows of the trace ${what}`];
}
