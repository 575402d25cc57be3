import type { RequestEnd, RequestRecord } from "../../sim/request.ts";
import { csvCell } from "../csvCell.ts";
import { isParquetName, type PendingFile } from "../files.ts";
import { type ParquetCell, type ParquetColumn, parquetRows } from "../parquet/parquetWriter.ts";

const statusWords: Readonly<Record<RequestEnd, string>> = {
  completed: "completed",
  rejected: "rejected",
  unfinished: "unfinished",
  timedOut: "timed_out",
  cancelled: "cancelled",
};

/** The per-request table, in the order of its columns. */
const columns: readonly ParquetColumn[] = [
  { name: "request_id", type: "INT64" },
  { name: "arrival_s", type: "DOUBLE" },
  { name: "input_tokens", type: "INT64" },
  { name: "output_tokens", type: "INT64" },
  { name: "replica", type: "INT64" },
  { name: "queue_ms", type: "DOUBLE" },
  { name: "ttft_ms", type: "DOUBLE" },
  { name: "tpot_ms", type: "DOUBLE" },
  { name: "e2e_ms", type: "DOUBLE" },
  { name: "preemptions", type: "INT64" },
  { name: "cached_tokens", type: "INT64" },
  { name: "energy_j", type: "DOUBLE" },
  { name: "status", type: "STRING" },
  { name: "class", type: "STRING" },
  { name: "tenant", type: "STRING" },
  { name: "prefill_replica", type: "INT64" },
  { name: "transfer_ms", type: "DOUBLE" },
];

/** The rows of requests as they end; a cell is empty or null where the figure does not apply. */
export interface RequestsTable {
  add(request: RequestRecord): void;
  /** Before the file is committed. */
  finish(): void;
}

/** Parquet where the name of the file says so, else CSV. */
export function requestsTable(path: string, file: PendingFile): RequestsTable {
  if (isParquetName(path)) {
    const rows = parquetRows(file, columns);
    return { add: (request) => rows.add(cellsOf(request)), finish: rows.finish };
  }
  file.write(`${columns.map(({ name }) => name).join(",")}\n`);
  return { add: (request) => file.write(csvRow(request)), finish: () => undefined };
}

/** One row of the per-request table as CSV. */
function csvRow(request: RequestRecord): string {
  const cells = cellsOf(request).map((cell) => (typeof cell === "number" ? cell : csvCell(cell)));
  return `${cells.join(",")}\n`;
}

function cellsOf(request: RequestRecord): ParquetCell[] {
  const { id, arrivalS, promptTokens, outputTokens, replica, preemptions, cachedTokens } = request;
  const { queueS, ttftS, tpotS, e2eS, energyJ, status, className, tenant, transfer } = request;
  const transferS = transfer && transfer.endedS - transfer.startedS;
  return [
    ...[id, arrivalS, promptTokens, outputTokens, replica ?? null],
    ...[queueS, ttftS, tpotS, e2eS].map(milliseconds),
    ...[preemptions, cachedTokens, energyJ, statusWords[status], className ?? null, tenant ?? null],
    ...[transfer?.from ?? null, milliseconds(transferS)],
  ];
}

function milliseconds(seconds: number | undefined): number | null {
  return seconds === undefined ? null : seconds * 1000;
}
