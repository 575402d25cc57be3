import { at } from "../../workloads/at.ts";
import { type LabelColumn, labelOf } from "../../workloads/importers/labelColumn.ts";
import type { SharedColumns } from "../../workloads/importers/sharedColumns.ts";
import type { TraceColumns } from "../../workloads/importers/traceColumns.ts";
import type { ParquetCell, ParquetColumn } from "../parquet/parquetWriter.ts";

/**
 * A trace, in pieces with the same columns, as a file that is read again to the same requests, a line
 * at a time.
 */
export type TraceText = (pieces: Iterable<TraceColumns>) => Generator<string>;

/** The columns of a table of requests: Vidur's, with class and tenant where there are any. */
export function tableColumns(trace: TraceColumns): readonly ParquetColumn[] {
  const { arrivalS, classes, tenants } = trace;
  return [
    ...(arrivalS === undefined ? [] : [{ name: "arrived_at", type: "DOUBLE" } as const]),
    { name: "num_prefill_tokens", type: "INT64" },
    { name: "num_decode_tokens", type: "INT64" },
    ...(classes === undefined ? [] : [{ name: "class", type: "STRING" } as const]),
    ...(tenants === undefined ? [] : [{ name: "tenant", type: "STRING" } as const]),
  ];
}

/** One request of a trace, a cell for each of its columns. */
export function tableRow(trace: TraceColumns, row: number): ParquetCell[] {
  const { arrivalS, promptTokens, outputTokens, classes, tenants } = trace;
  return [
    ...(arrivalS === undefined ? [] : [at(arrivalS, row)]),
    at(promptTokens, row),
    at(outputTokens, row),
    ...(classes === undefined ? [] : [labelOf(classes, row) ?? null]),
    ...(tenants === undefined ? [] : [labelOf(tenants, row) ?? null]),
  ];
}

/** As Vidur has it; seconds in full. */
export function* csvText(pieces: Iterable<TraceColumns>): Generator<string> {
  let isFirst = true;
  for (const piece of pieces) {
    const names = tableColumns(piece).map(({ name }) => name);
    if (isFirst) yield `${names.join(",")}\n`;
    isFirst = false;
    yield* csvLines(piece);
  }
}

function* csvLines(trace: TraceColumns): Generator<string> {
  const { arrivalS, promptTokens, outputTokens, classes, tenants } = trace;
  for (let row = 0; row < promptTokens.length; row++) {
    let line = arrivalS === undefined ? "" : `${at(arrivalS, row)},`;
    line += `${at(promptTokens, row)},${at(outputTokens, row)}`;
    if (classes !== undefined) line += `,${labelOf(classes, row) ?? ""}`;
    if (tenants !== undefined) line += `,${labelOf(tenants, row) ?? ""}`;
    yield `${line}\n`;
  }
}

/** As Mooncake has it: milliseconds, and hash_ids where the trace has blocks as long as Mooncake's. */
export function* jsonlText(pieces: Iterable<TraceColumns>): Generator<string> {
  for (const piece of pieces) yield* jsonLines(piece);
}

function* jsonLines(trace: TraceColumns): Generator<string> {
  const { arrivalS, promptTokens, outputTokens, shared, classes, tenants } = trace;
  const named = (column: LabelColumn | undefined, row: number) =>
    column === undefined ? undefined : labelOf(column, row);
  for (let row = 0; row < promptTokens.length; row++) {
    const line = {
      timestamp: arrivalS === undefined ? undefined : milliseconds(at(arrivalS, row)),
      input_length: at(promptTokens, row),
      output_length: at(outputTokens, row),
      hash_ids: hasHashIds(shared) ? hashIdsAt(shared, row) : undefined,
      class: named(classes, row),
      tenant: named(tenants, row),
    };
    yield `${JSON.stringify(line)}\n`;
  }
}

export const mooncakeBlockTokens = 512;

function hasHashIds(shared: SharedColumns | undefined): shared is SharedColumns {
  return shared?.blockTokens === mooncakeBlockTokens;
}

function hashIdsAt({ textIds, starts, ends }: SharedColumns, row: number): number[] {
  return Array.from(textIds.subarray(at(starts, row), at(ends, row)));
}

/** A whole number where it is the same time; else the nearest, at most a rounding error away. */
function milliseconds(timeS: number): number {
  const whole = Math.round(timeS * 1000);
  return whole / 1000 === timeS ? whole : timeS * 1000;
}
