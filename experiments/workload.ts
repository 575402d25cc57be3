import type { DatasetEntry, DatasetSummary } from "../workloads/dataset.ts";
import { datasetById, datasetIds } from "../workloads/datasets.ts";
import type { TraceColumns } from "../workloads/importers/traceColumns.ts";
import { reusablePrefixRatio } from "../workloads/reusablePrefix.ts";
import {
  type RequestsOfTrace,
  requestsOf,
  type TraceSummary,
  traceStatistics,
} from "../workloads/traceSummary.ts";
import { UserError } from "./errors.ts";
import { exists } from "./files.ts";
import {
  type DrawOptions,
  drawnDataset,
  drawnScenario,
  type WrittenWorkload,
} from "./frozenWorkload.ts";
import { spanOf } from "./scenario/chosenTrace.ts";
import { caveatsOf } from "./scenario/lengths.ts";
import { longTrace, streamedRequests } from "./scenario/longTrace.ts";
import { readingOf } from "./scenario/traceSchema.ts";
import { traceWarnings } from "./scenario/traceWarnings.ts";
import { suggestion } from "./suggestion.ts";
import { traceKeys } from "./traceKeys.ts";
import { tracePieces } from "./tracePieces.ts";

export type WorkloadReport = ReturnType<typeof reportOf>;

/** What `tokenwatt workload` is asked about. */
export interface Workload {
  readonly report: WorkloadReport;
  /** Its requests: of a data set or a scenario, drawn. */
  readonly written: () => WrittenWorkload;
  /** The files that it was read from. */
  readonly inputs: readonly string[];
}

export interface WorkloadOptions extends DrawOptions {
  /** Keys of `workload.trace` in a scenario. */
  readonly trace?: Readonly<Record<string, unknown>> | undefined;
  /** With more requests than these a table is not kept. */
  readonly keptRequests?: number;
}

/**
 * What is in a trace file, a built-in data set or a scenario; a data set goes before a file of its name.
 * @throws UserError where there is neither, or where the file can't be read.
 */
export function workloadNamed(name: string, options: WorkloadOptions = {}): Workload {
  const entry = datasetById(name);
  if (entry !== undefined) {
    refuseKeys(name, options.trace ?? {});
    return ofDataset(entry, options);
  }
  refuseUnknown(name);
  if (/\.ya?ml$/i.test(name)) {
    const drawn = drawnScenario(name, options);
    const report = reportOf(statisticsOf(requestsOf(drawn.columns)), {
      warnings: drawn.workloadWarnings,
    });
    return { report, written: () => drawn, inputs: drawn.inputs };
  }
  return { ...ofFile(name, options), inputs: [name] };
}

/** A long table is read twice, and not kept: its figures are the same. */
function ofFile(name: string, { trace: keys, keptRequests }: WorkloadOptions) {
  const file = { ...readingOf(traceKeys({ ...keys, path: name })), folder: ".", fault: {} };
  const trace = longTrace(file, keptRequests);
  if ("open" in trace) {
    const warnings = traceWarnings(trace);
    return {
      report: reportOf(statisticsOf(streamedRequests(trace)), { warnings }),
      written: () => writtenPieces(tracePieces(trace)),
    };
  }
  const columns = spanOf(trace, file.span, (key) => ({ key }));
  const reusableRatio = reusablePrefixRatio(columns);
  const warnings = traceWarnings(columns);
  return {
    report: reportOf(statisticsOf(requestsOf(columns)), { reusableRatio, warnings }),
    written: () => ({ columns, warnings: [] }),
  };
}

function writtenPieces(pieces: Generator<TraceColumns>): WrittenWorkload {
  const first = pieces.next();
  if (first.done === true) throw new Error("invariant broken: a trace without requests");
  return { columns: first.value, later: pieces, warnings: [] };
}

const sampledRequests = 20_000;

/** Figures of the source; the pictures are of requests that are drawn. */
function ofDataset(entry: DatasetEntry, options: WorkloadOptions): Workload {
  const { columns } = drawnDataset(entry, { requests: sampledRequests });
  const statistics = { ...statisticsOf(requestsOf(columns)), summary: entry.summary };
  return {
    report: reportOf(statistics, { entry, warnings: caveatsOf(entry) }),
    written: () => drawnDataset(entry, options),
    inputs: [],
  };
}

const rateBins = 48;

const statisticsOf = (requests: RequestsOfTrace) => traceStatistics(requests, { rateBins });

type Statistics = Omit<ReturnType<typeof traceStatistics>, "summary"> & {
  readonly summary: TraceSummary | DatasetSummary;
};

interface Besides {
  readonly entry?: DatasetEntry;
  readonly reusableRatio?: number | undefined;
  readonly warnings?: readonly string[];
}

/** Keys in the documented order, null for what is not known. */
function reportOf(
  { summary, rates, joint }: Statistics,
  { entry, reusableRatio, warnings = [] }: Besides = {},
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
    rate_over_time: rates === undefined ? null : { bin_s: rates.binS, rates_rps: rates.ratesPerS },
    joint_histogram: {
      input_up_to: joint.inputTokens,
      output_up_to: joint.outputTokens,
      counts: joint.counts,
    },
    title: entry?.title ?? null,
    basis: entry?.basis ?? null,
    source: entry?.source ?? null,
    license: entry?.license ?? null,
    warnings,
  };
}

/** What says how to read a file has nothing to say of a data set. */
function refuseKeys(name: string, keys: Readonly<Record<string, unknown>>): void {
  const [key] = Object.keys(keys).filter(
    (known) => keys[known] !== undefined && keys[known] !== "auto",
  );
  if (key === undefined) return;
  throw new UserError({ key, message: `is of trace files; ${name} is a built-in data set` });
}

/** A name without a slash and a dot is meant to be a data set's. */
function refuseUnknown(name: string): void {
  if (exists(name) || /[/.\\]/.test(name)) return;
  const message = `there is no data set and no file "${name}"${suggestion(name, datasetIds())}`;
  throw new UserError({ message, hint: `shipped: ${datasetIds().join(", ")}; or name a file` });
}
