import type { Seconds, Tokens } from "../../sim/units.ts";
import { at } from "../at.ts";
import { floatColumn, wholeColumn } from "./growingColumn.ts";
import { type LabelColumn, labelBuilder } from "./labelColumn.ts";
import { type SharedColumns, sharedBuilder } from "./sharedColumns.ts";

/** The requests of a trace in order of arrival, one to a row. */
export interface TraceColumns {
  /** Rising, from 0 at the first arrival where no other origin was asked for; undefined where the trace has no times. */
  readonly arrivalS: Float64Array | undefined;
  readonly promptTokens: Uint32Array;
  readonly outputTokens: Uint32Array;
  /** What prompts have in common; undefined where the trace does not say. */
  readonly shared?: SharedColumns | undefined;
  /** Who pays; undefined where the trace does not say. */
  readonly tenants?: LabelColumn | undefined;
  /** Of what kind the requests are; undefined where the trace does not say. */
  readonly classes?: LabelColumn | undefined;
  /** Rows that arrived before a row above them; they were sorted in. */
  readonly outOfOrderRows: number;
  /** Rows left out, as they produced no token: failed requests. */
  readonly droppedRows: number;
  /** Whether only the span of time that was asked for is here; undefined: all of it. */
  readonly isSpan?: boolean | undefined;
  /** What else its user should know, as sentences; undefined where there is nothing. */
  readonly remarks?: readonly string[] | undefined;
}

export interface TraceRow {
  /** The number of the line in the file, from 1. */
  readonly fileRow: number;
  /** In the importer's unit, from an origin of its choice; 0 where there are no times. */
  readonly ticks: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly textIds?: readonly number[] | undefined;
  readonly tenant?: string | undefined;
  readonly className?: string | undefined;
}

interface TraceUnits {
  /** Undefined where the trace has no times. */
  readonly ticksPerS: number | undefined;
  /** From when times count; undefined: from the first. */
  readonly originS?: Seconds | undefined;
  /** Tokens that a text id stands for. */
  readonly textTokens?: Tokens | undefined;
}

export interface TraceBuilder {
  add(row: TraceRow): void;
  readonly rows: number;
  readonly droppedRows: number;
  columns(units: TraceUnits): TraceColumns;
}

export function traceBuilder(): TraceBuilder {
  const ticks = floatColumn();
  const promptTokens = wholeColumn();
  const outputTokens = wholeColumn();
  // Columns that most traces lack take no memory before the first row that has them.
  let shared: ReturnType<typeof sharedBuilder> | undefined;
  let tenants: ReturnType<typeof labelBuilder> | undefined;
  let classes: ReturnType<typeof labelBuilder> | undefined;
  let outOfOrderRows = 0;
  let droppedRows = 0;
  let latest = -Infinity;
  return {
    add(row) {
      if (row.outputTokens === 0) {
        droppedRows++;
        return;
      }
      if (row.ticks < latest) outOfOrderRows++;
      else latest = row.ticks;
      const { textIds, tenant, className, fileRow } = row;
      if (textIds !== undefined) shared ??= sharedBuilder(ticks.rows);
      if (tenant !== undefined) tenants ??= labelBuilder(ticks.rows);
      if (className !== undefined) classes ??= labelBuilder(ticks.rows);
      shared?.add(textIds ?? []);
      tenants?.add(tenant, fileRow);
      classes?.add(className, fileRow);
      ticks.push(row.ticks);
      promptTokens.push(row.promptTokens);
      outputTokens.push(row.outputTokens);
    },
    get rows() {
      return ticks.rows;
    },
    get droppedRows() {
      return droppedRows;
    },
    columns({ ticksPerS, originS, textTokens = 0 }) {
      const times = ticks.values();
      const order = outOfOrderRows === 0 ? undefined : orderOf(times);
      const ordered = (column: Uint32Array): Uint32Array =>
        order === undefined ? column : order.map((row) => at(column, row));
      const sorted = order === undefined ? times : inOrder(times, order);
      const arrivalS = ticksPerS === undefined ? undefined : secondsOf(sorted, ticksPerS, originS);
      return {
        arrivalS,
        promptTokens: ordered(promptTokens.values()),
        outputTokens: ordered(outputTokens.values()),
        shared: shared?.columns(textTokens, ordered),
        tenants: tenants?.column(ordered),
        classes: classes?.column(ordered),
        outOfOrderRows,
        droppedRows,
      };
    },
  };
}

/** Rows by time; those of one instant stay in their order. */
function orderOf(ticks: Float64Array): Uint32Array {
  const order = Uint32Array.from(ticks, (_, row) => row);
  return order.sort((a, b) => at(ticks, a) - at(ticks, b) || a - b);
}

/** Subtracts whole ticks before it divides, so that a decimal time stays the nearest to itself. */
function secondsOf(
  sorted: Float64Array,
  ticksPerS: number,
  originS: Seconds | undefined,
): Float64Array {
  const origin = originS === undefined ? (sorted[0] ?? 0) : originS * ticksPerS;
  return sorted.map((tick): Seconds => (tick - origin) / ticksPerS);
}

function inOrder(ticks: Float64Array, order: Uint32Array): Float64Array {
  return Float64Array.from(order, (row) => at(ticks, row));
}
