import type { Importer, Reading } from "./importer.ts";
import { columnsOf, type RequestReader } from "./requestRows.ts";
import type { TraceLines } from "./traceLines.ts";

interface Table extends Pick<Importer, "beginning" | "recognises"> {
  reader(lines: TraceLines, reading: Reading): RequestReader;
}

/** A table with a request in each row, whose file may be longer than the memory. */
export function tableImporter(table: Table): Importer {
  return {
    ...table,
    isJson: false,
    read: (lines, reading) => columnsOf(table.reader(lines, reading)),
  };
}
