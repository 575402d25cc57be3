import type { TraceColumns } from "./traceColumns.ts";
import type { TraceLines } from "./traceLines.ts";

/** One format of traces. */
export interface Importer {
  /** How such a file begins, for the user to compare with. */
  readonly beginning: string;
  recognises(firstLine: string): boolean;
  /** Throws a TraceError at the first row that it cannot read. */
  read(lines: TraceLines): TraceColumns;
}
