import type { DatasetEntry, DatasetSummary } from "../workloads/dataset.ts";
import { datasetById, datasetIds } from "../workloads/datasets.ts";
import type { TraceFormat } from "../workloads/importers/detect.ts";
import { reusablePrefixRatio } from "../workloads/reusablePrefix.ts";
import { type TraceSummary, traceSummary } from "../workloads/traceSummary.ts";
import { UserError } from "./errors.ts";
import { exists } from "./files.ts";
import { caveatsOf } from "./scenario/lengths.ts";
import { readTrace } from "./scenario/traceFile.ts";
import { traceWarnings } from "./scenario/traceWarnings.ts";
import { suggestion } from "./suggestion.ts";

export type WorkloadReport = ReturnType<typeof workloadReport>;

/**
 * What is in a trace file or a built-in data set; a data set goes before a file of its name.
 * @throws UserError where there is neither, or where the file can't be read.
 */
export function workloadReport(name: string, format: TraceFormat | "auto" = "auto") {
  const entry = datasetById(name);
  if (entry !== undefined) return reportOf(entry.summary, { entry, warnings: caveatsOf(entry) });
  refuseUnknown(name);
  const trace = readTrace({ path: name, format, folder: ".", fault: {} });
  const reusableRatio = reusablePrefixRatio(trace);
  return reportOf(traceSummary(trace), { reusableRatio, warnings: traceWarnings(trace) });
}

interface Besides {
  readonly entry?: DatasetEntry;
  readonly reusableRatio?: number | undefined;
  readonly warnings?: readonly string[];
}

/** Keys in the documented order, null for what is not known. */
function reportOf(
  summary: TraceSummary | DatasetSummary,
  { entry, reusableRatio, warnings = [] }: Besides,
) {
  return {
    requests: summary.requests,
    duration_s: summary.duration_s ?? null,
    rate_rps: summary.rate_rps ?? null,
    cv: summary.cv ?? null,
    input_tokens: summary.input_tokens,
    output_tokens: summary.output_tokens,
    correlation: summary.correlation ?? null,
    reusable_prefix_ratio: reusableRatio ?? null,
    title: entry?.title ?? null,
    basis: entry?.basis ?? null,
    source: entry?.source ?? null,
    license: entry?.license ?? null,
    warnings,
  };
}

/** A name without a slash and a dot is meant to be a data set's. */
function refuseUnknown(name: string): void {
  if (exists(name) || /[/.\\]/.test(name)) return;
  const message = `there is no data set and no file "${name}"${suggestion(name, datasetIds())}`;
  throw new UserError({ message, hint: `shipped: ${datasetIds().join(", ")}; or name a file` });
}
