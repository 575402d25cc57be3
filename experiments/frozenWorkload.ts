import { randomStreams } from "../sim/random.ts";
import { type DatasetEntry, datasetArrivals, datasetLengths } from "../workloads/dataset.ts";
import { drawnColumns } from "../workloads/drawnColumns.ts";
import type { TraceColumns } from "../workloads/importers/traceColumns.ts";
import { openLoop } from "../workloads/openLoop.ts";
import { UserError } from "./errors.ts";
import { type PendingFile, pendingFile } from "./files.ts";
import { parquetRows } from "./parquet/parquetWriter.ts";
import {
  csvText,
  jsonlText,
  mooncakeBlockTokens,
  type TraceText,
  tableColumns,
  tableRow,
} from "./report/traceText.ts";
import { compose } from "./scenario/compose.ts";
import { filesRead, loadScenario } from "./scenario/load.ts";
import { blame } from "./scenario/problems.ts";

/** Requests as they are written, and what their file will not say. */
export interface WrittenWorkload {
  readonly columns: TraceColumns;
  /** Those behind them, in pieces that have the same columns; undefined: none. */
  readonly later?: Iterable<TraceColumns> | undefined;
  readonly warnings: readonly string[];
}

export interface DrawOptions {
  readonly seed?: string | undefined;
  /** Of a data set; a scenario says it itself. */
  readonly requests?: number | undefined;
}

/** Requests drawn from a data set, as a scenario with this seed and a boundless context has them. */
export function drawnDataset(entry: DatasetEntry, options: DrawOptions): WrittenWorkload {
  const { seed = "42", requests = 1000 } = options;
  const stream = randomStreams(seed);
  const arrivals = datasetArrivals(entry, stream("workload/arrivals"));
  const random = stream("workload/lengths");
  const lengths = datasetLengths(entry, { random, maxModelLen: Infinity });
  const timeless = { nextS: () => 0 };
  const drawn = drawnColumns(openLoop({ arrivals: arrivals ?? timeless, lengths, requests }));
  if (drawn === undefined) throw new Error("invariant broken: a data set without requests");
  const { columns } = drawn;
  return {
    columns: arrivals === undefined ? { ...columns, arrivalS: undefined } : columns,
    warnings: [],
  };
}

interface DrawnScenario extends WrittenWorkload {
  /** What a run of it would say of its requests. */
  readonly workloadWarnings: readonly string[];
  readonly inputs: readonly string[];
}

const mostRequests = 1e8;

/** @throws UserError where what a scenario's users ask depends on when they are answered. */
export function drawnScenario(path: string, { seed }: DrawOptions): DrawnScenario {
  const loaded = loadScenario(path, { seed });
  const { workload } = loaded.scenario;
  const refuse = (key: string, reason: string): never => {
    const message = `${reason}; run --requests writes what came of it`;
    throw new UserError({ ...blame(["workload", key], loaded.places), message });
  };
  if (workload.arrivals?.kind === "closed_loop") {
    refuse("arrivals", "the users of a closed loop wait for their answers");
  }
  if (workload.sessions !== null)
    refuse("sessions", "the turns of a conversation wait for its answers");
  if (workload.max_concurrency !== null) refuse("max_concurrency", "a client that waits its turn");
  const composed = compose(loaded);
  if ((composed.requests ?? 0) > mostRequests) {
    const message = `up to ${mostRequests} are held in memory, found ${composed.requests}`;
    throw new UserError({ ...blame(["workload", "num_requests"], loaded.places), message });
  }
  const names = workload.classes?.map(({ name }) => name);
  const drawn = drawnColumns(composed.simulation.source, names);
  if (drawn === undefined) throw new UserError({ message: `${path}: no request comes` });
  const { columns, sharingRequests } = drawn;
  const shares = `${sharingRequests} requests share their beginning; the file does not say it`;
  return {
    columns,
    warnings: sharingRequests === 0 ? [] : [shares],
    workloadWarnings: composed.workloadWarnings(),
    inputs: [path, ...filesRead(loaded)],
  };
}

/** Writes the pieces of a trace into a file that stays to be committed. */
type Written = (file: PendingFile, first: TraceColumns, later: Iterable<TraceColumns>) => void;

const asText =
  (text: TraceText): Written =>
  (file, first, later) => {
    for (const line of text(chained(first, later))) file.write(line);
  };

const asParquet: Written = (file, first, later) => {
  const rows = parquetRows(file, tableColumns(first));
  for (const piece of chained(first, later)) {
    for (let row = 0; row < piece.promptTokens.length; row++) rows.add(tableRow(piece, row));
  }
  rows.finish();
};

function* chained(first: TraceColumns, later: Iterable<TraceColumns>): Generator<TraceColumns> {
  yield first;
  yield* later;
}

const formats: Readonly<Record<string, Written>> = {
  csv: asText(csvText),
  jsonl: asText(jsonlText),
  parquet: asParquet,
};

/** @returns what the file does not say of the trace. @throws UserError where it can't be written. */
export function writeTrace(
  path: string,
  { columns, later = [], warnings }: WrittenWorkload,
): string[] {
  const ending = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  const written = formats[ending];
  const fault = { place: { file: "--to" } };
  if (written === undefined) {
    const message = `${path}: expected a name that ends in .csv, .jsonl or .parquet`;
    throw new UserError({ ...fault, message });
  }
  if (ending === "jsonl" && columns.arrivalS === undefined) {
    const message = `${path}: the requests have no times, which JSONL needs; name a .csv or .parquet file`;
    throw new UserError({ ...fault, message });
  }
  const names = [...(columns.classes?.names ?? []), ...(columns.tenants?.names ?? [])];
  const unwritable = names.find((name) => ending === "csv" && /[,"\r\n]/.test(name));
  if (unwritable !== undefined) {
    const message = `${path}: a CSV cannot hold the name "${unwritable}"; name a .jsonl or .parquet file`;
    throw new UserError({ ...fault, message });
  }
  const file = pendingFile(path);
  try {
    written(file, columns, later);
    file.commit();
  } finally {
    file.discard();
  }
  const keepsShared = ending === "jsonl" && columns.shared?.blockTokens === mooncakeBlockTokens;
  if (columns.shared === undefined || keepsShared) return [...warnings];
  const shares =
    "what prompts have in common is not written; JSONL takes blocks of Mooncake's size";
  return [...warnings, shares];
}
