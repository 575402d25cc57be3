import { resolve } from "node:path";
import { importTrace, type TraceFormat } from "../../workloads/importers/detect.ts";
import type { TraceColumns } from "../../workloads/importers/traceColumns.ts";
import { TraceError } from "../../workloads/importers/traceError.ts";
import { type Problem, UserError } from "../errors.ts";
import { readBytes } from "../files.ts";

export interface TraceFile {
  /** As the user names it. */
  readonly path: string;
  readonly format: TraceFormat | "auto";
  /** What the path is relative to. */
  readonly folder: string;
  /** Who is to blame where it can't be read. */
  readonly fault: Omit<Problem, "message">;
}

/** @throws UserError naming the row that can't be read. */
export function readTrace({ path, format, folder, fault }: TraceFile): TraceColumns {
  const bytes = readBytes(resolve(folder, path), fault);
  try {
    return importTrace(linesOf(bytes), format);
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    throw new UserError({ place: { file: path }, message: error.message });
  }
}

/** One line at a time: a trace may be longer than a text can be. */
function* linesOf(bytes: Buffer): Generator<string> {
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(10, start);
    const end = found < 0 ? bytes.length : found;
    yield bytes.toString("utf8", start, end);
    start = end + 1;
  }
}
