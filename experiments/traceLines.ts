import type { TraceFormat } from "../workloads/importers/detect.ts";
import { type Problem, UserError } from "./errors.ts";
import { fileLines } from "./fileLines.ts";
import { isParquetFile, parquetLines } from "./parquet/parquetLines.ts";
import { type FileVersion, unchangedChunks } from "./unchangedFile.ts";

/** The lines of a trace's file. */
export interface LinesOfTrace {
  readonly lines: Generator<string>;
  /** Of the lines. */
  readonly format: TraceFormat | "auto";
  /** How many of them the file itself does not have: 1 where the names of columns stand elsewhere. */
  readonly headerLines: 0 | 1;
}

interface Wanted {
  readonly format: TraceFormat | "auto" | "parquet";
  readonly fault: Omit<Problem, "message">;
  /** With it the file stays what it was. */
  readonly version?: FileVersion;
}

/** Of text, plain or gzip, or of Parquet, whose rows are lines of a CSV. */
export function linesOfTrace(path: string, { format, fault, version }: Wanted): LinesOfTrace {
  if (isParquetFile(path, fault)) {
    const ofLines = format === "parquet" ? "auto" : format;
    return { lines: parquetLines(path, fault), format: ofLines, headerLines: 1 };
  }
  if (format === "parquet") {
    const message = `${path}: expected a Parquet file, which begins with PAR1`;
    throw new UserError({ ...fault, message });
  }
  const chunks = version && unchangedChunks(path, version, fault);
  return { lines: fileLines(path, fault, chunks), format, headerLines: 0 };
}
