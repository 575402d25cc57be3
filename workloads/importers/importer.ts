import type { Seconds, Tokens } from "../../sim/units.ts";
import type { ColumnNames } from "./columnNames.ts";
import type { RequestReader } from "./requestRows.ts";
import type { TraceColumns } from "./traceColumns.ts";
import type { TraceLines } from "./traceLines.ts";

/** What the user says of the file, beside its format. */
export interface Reading {
  /** What the columns of a `csv` or `jsonl` are called. */
  readonly columns?: ColumnNames | undefined;
  /** Tokens that a hash id stands for, where formats have such ids. */
  readonly blockTokens?: Tokens | undefined;
  /** The time in the file from which times count; undefined: that of the first request. */
  readonly originS?: Seconds | undefined;
}

/** One format of traces. */
export interface Importer {
  /** How such a file begins, for the user to compare with. */
  readonly beginning: string;
  readonly isJson: boolean;
  /** By the first line; of a JSON value that is spread over lines, by the first of them. */
  recognises(beginning: string): boolean;
  /** Throws a TraceError at the first row that it cannot read. */
  read(lines: TraceLines, reading: Reading): TraceColumns;
  /** The same row by row; undefined where a request is not a row of its own. */
  reader?(lines: TraceLines, reading: Reading): RequestReader;
}
