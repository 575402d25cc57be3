import { importTrace } from "../../../workloads/importers/detect.ts";
import type { Reading } from "../../../workloads/importers/importer.ts";
import { TraceError } from "../../../workloads/importers/traceError.ts";

/** What is wrong with a trace that cannot be read. */
export function failure(lines: readonly string[], reading: Reading = {}): TraceError {
  try {
    importTrace(lines, "auto", reading);
  } catch (error) {
    if (error instanceof TraceError) return error;
    throw error;
  }
  throw new Error("the trace was read");
}
