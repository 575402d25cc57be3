import { stackById } from "../../../models/stackCatalogue.ts";
import {
  type Column,
  figureColumns,
  isFigure,
  loadColumns,
  type MeasurementRow,
} from "./measurementSchema.ts";

/** What is wrong with a row, and the column to blame; undefined: the row as a whole. */
export interface RowProblem {
  readonly column: Column | undefined;
  readonly message: string;
  readonly hint?: string;
}

/** What a row's columns say against each other. */
export function rowProblems(row: MeasurementRow): RowProblem[] {
  const problems = rules.map((rule) => rule(row));
  return problems.filter((problem) => problem !== undefined);
}

/** The part of the run that a row's figures are of. */
export function windowOf(row: MeasurementRow): "whole" | "steady" {
  if (row.window !== undefined) return row.window;
  return row.concurrency !== undefined && row.num_requests === undefined ? "steady" : "whole";
}

type Rule = (row: MeasurementRow) => RowProblem | undefined;

const rules: readonly Rule[] = [
  oneLoad,
  someFigure,
  steadyHasUsers,
  wholeIsCounted,
  steadyHasNoRequestTimes,
  batchCountsItself,
  batchHasItsOwnTime,
  staticStackRunsBatches,
];

function oneLoad(row: MeasurementRow): RowProblem | undefined {
  const [first, second] = loadColumns.filter((column) => row[column] !== undefined);
  const expected = `expected one of ${loadColumns.join(", ")}`;
  if (first === undefined) return { column: undefined, message: `no load; ${expected}` };
  if (second === undefined) return undefined;
  return { column: second, message: `${first} is given too; ${expected}` };
}

function someFigure(row: MeasurementRow): RowProblem | undefined {
  if (Object.keys(row).some(isFigure)) return undefined;
  const message = `nothing measured; expected at least one of ${figureColumns.join(", ")}`;
  return { column: undefined, message };
}

function steadyHasUsers(row: MeasurementRow): RowProblem | undefined {
  if (row.window !== "steady" || row.concurrency !== undefined) return undefined;
  return { column: "window", message: "steady is for users (concurrency); expected whole" };
}

function wholeIsCounted(row: MeasurementRow): RowProblem | undefined {
  const { concurrency, num_requests: requests } = row;
  if (row.window !== "whole" || concurrency === undefined || requests !== undefined) {
    return undefined;
  }
  const message = "missing; ramp-up and drain weigh by it in the figures of a whole run";
  return { column: "num_requests", message };
}

function steadyHasNoRequestTimes(row: MeasurementRow): RowProblem | undefined {
  if (row.concurrency === undefined || windowOf(row) === "whole") return undefined;
  const column = (["ttft_ms", "e2e_ms"] as const).find((name) => row[name] !== undefined);
  if (column === undefined) return undefined;
  const message = "is a mean over all requests, those that came at once at the start included";
  return { column, message: `${message}; expected num_requests, and window whole or blank` };
}

function batchCountsItself(row: MeasurementRow): RowProblem | undefined {
  if (row.batch === undefined || row.num_requests === undefined) return undefined;
  return { column: "num_requests", message: "is the batch; leave it blank" };
}

function batchHasItsOwnTime(row: MeasurementRow): RowProblem | undefined {
  if (row.batch === undefined) {
    if (row.batch_latency_s === undefined) return undefined;
    return {
      column: "batch_latency_s",
      message: "is of a batch; expected batch, not users or a rate",
    };
  }
  if (row.e2e_ms === undefined) return undefined;
  return { column: "e2e_ms", message: "is of users or a rate; of a batch give batch_latency_s" };
}

function staticStackRunsBatches(row: MeasurementRow): RowProblem | undefined {
  if (!runsStaticBatches(row) || row.batch !== undefined) return undefined;
  return { column: "stack", message: `${row.stack} runs static batches; expected batch` };
}

export function runsStaticBatches({ stack }: MeasurementRow): boolean {
  return stackById(stack)?.scheduler === "static";
}
