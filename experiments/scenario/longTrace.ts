import { resolve } from "node:path";
import { traceReader } from "../../workloads/importers/detect.ts";
import type { RequestReader } from "../../workloads/importers/requestRows.ts";
import type { TraceColumns } from "../../workloads/importers/traceColumns.ts";
import type { Span } from "../../workloads/spanClock.ts";
import {
  type CheckedTrace,
  readOrCheck,
  requestsBetween,
  type TimedRequest,
} from "../../workloads/streamedTrace.ts";
import type { RequestsOfTrace } from "../../workloads/traceSummary.ts";
import { UserError } from "../errors.ts";
import { linesOfTrace } from "../traceLines.ts";
import { type FileVersion, fileVersion } from "../unchangedFile.ts";
import { located } from "./traceFault.ts";
import { readTrace, type TraceFile } from "./traceFile.ts";
import { likelyGaps } from "./traceWarnings.ts";

/** A trace that is read once more for each run, while it is replayed. */
export interface StreamedTrace extends CheckedTrace {
  /** From the first request on. `next` throws a UserError where the file has become another. */
  open(): { next(): TimedRequest };
}

/** As many take 4 MB in memory. */
const mostKept = 250_000;

/**
 * A trace that is replayed as it stands. One with more than `keptRequests` in order of arrival, without
 * names or hashes, is checked to its end but not kept, if it is a table in a file.
 * @throws UserError naming the row that can't be read.
 */
export function longTrace(
  file: TraceFile & { readonly span: Span },
  keptRequests = mostKept,
): TraceColumns | StreamedTrace {
  const version = fileVersion(resolve(file.folder, file.path));
  if (version === undefined) return readTrace(file);
  const found = checked(file, version, keptRequests);
  if (found === undefined) return readTrace(file);
  return "promptTokens" in found ? found : { ...found, open: () => opened(file, version) };
}

/** All of its requests, read once more. */
export function streamedRequests(trace: StreamedTrace): RequestsOfTrace {
  const { requests: count, durationS } = trace;
  return { requests: rows(), durationS };

  function* rows(): Generator<TimedRequest> {
    const { next } = trace.open();
    for (let row = 0; row < count; row++) yield next();
  }
}

function checked(
  file: TraceFile & { readonly span: Span },
  version: FileVersion,
  keptRequests: number,
): TraceColumns | CheckedTrace | undefined {
  const { span } = file;
  return fromLines(file, version, (reader) => {
    if (reader === undefined) return undefined;
    return readOrCheck(reader, { keptRequests, span, likelyGaps });
  });
}

/** What is made of a trace's rows, one by one, as far as its format lets them be read so. */
function fromLines<Value>(
  { path, format, folder, fault, ...reading }: TraceFile,
  version: FileVersion,
  make: (reader: RequestReader | undefined) => Value,
): Value {
  if (format === "servegen") return make(undefined);
  const opened = linesOfTrace(resolve(folder, path), { format, fault, version });
  const read = () => make(traceReader(opened.lines, opened.format, reading));
  return located(path, read, opened.headerLines);
}

function opened(
  file: TraceFile & { readonly span: Span },
  version: FileVersion,
): { next(): TimedRequest } {
  const { path, span, fault } = file;
  const requests = fromLines(file, version, (reader) => reader && requestsBetween(reader, span));
  return {
    next: () => {
      const request = located(path, () => requests?.next());
      if (request !== undefined) return request;
      throw new UserError({ ...fault, message: `${path}: changed while it was read` });
    },
  };
}
