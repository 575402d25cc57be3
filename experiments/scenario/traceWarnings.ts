import type { TraceColumns } from "../../workloads/importers/traceColumns.ts";

/** What was done to a trace when it was read, for its user to know. */
export function traceWarnings({ outOfOrderRows, droppedRows }: TraceColumns): string[] {
  const warnings: string[] = [];
  if (outOfOrderRows > 0) {
    warnings.push(`${outOfOrderRows} rows of the trace were out of order and were sorted by time`);
  }
  if (droppedRows > 0) {
    warnings.push(`${droppedRows} rows of the trace have no output and were left out`);
  }
  return warnings;
}
