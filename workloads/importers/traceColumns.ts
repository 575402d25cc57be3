import type { Seconds } from "../../sim/units.ts";
import { at } from "../at.ts";

/** The requests of a trace in order of arrival, one to a row. */
export interface TraceColumns {
  /** Rising from 0 at the first arrival; undefined where the trace has no times. */
  readonly arrivalS: Float64Array | undefined;
  readonly promptTokens: Uint32Array;
  readonly outputTokens: Uint32Array;
  /** Rows that arrived before a row above them; they were sorted in. */
  readonly outOfOrderRows: number;
  /** Rows left out, as they produced no token: failed requests. */
  readonly droppedRows: number;
}

interface TraceRow {
  /** In the importer's unit, from an origin of its choice; 0 where there are no times. */
  readonly ticks: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

interface TraceBuilder {
  add(row: TraceRow): void;
  readonly rows: number;
  readonly droppedRows: number;
  /** `ticksPerS` is undefined where the trace has no times. */
  columns(ticksPerS: number | undefined): TraceColumns;
}

/** Columns that double when they are full. */
export function traceBuilder(): TraceBuilder {
  let ticks = new Float64Array(1024);
  let promptTokens = new Uint32Array(1024);
  let outputTokens = new Uint32Array(1024);
  let rows = 0;
  let outOfOrderRows = 0;
  let droppedRows = 0;
  let latest = -Infinity;
  return {
    add(row) {
      if (row.outputTokens === 0) {
        droppedRows++;
        return;
      }
      if (rows === ticks.length) {
        ticks = copied(ticks, new Float64Array(2 * rows));
        promptTokens = copied(promptTokens, new Uint32Array(2 * rows));
        outputTokens = copied(outputTokens, new Uint32Array(2 * rows));
      }
      if (row.ticks < latest) outOfOrderRows++;
      else latest = row.ticks;
      ticks[rows] = row.ticks;
      promptTokens[rows] = row.promptTokens;
      outputTokens[rows] = row.outputTokens;
      rows++;
    },
    get rows() {
      return rows;
    },
    get droppedRows() {
      return droppedRows;
    },
    columns(ticksPerS) {
      const order = outOfOrderRows === 0 ? undefined : orderOf(ticks.subarray(0, rows));
      const times = rowsOf(ticks, { order, into: new Float64Array(rows) });
      return {
        arrivalS: ticksPerS === undefined ? undefined : fromFirst(times, ticksPerS),
        promptTokens: rowsOf(promptTokens, { order, into: new Uint32Array(rows) }),
        outputTokens: rowsOf(outputTokens, { order, into: new Uint32Array(rows) }),
        outOfOrderRows,
        droppedRows,
      };
    },
  };
}

type Column = Float64Array | Uint32Array;

function copied<Copy extends Column>(from: Column, into: Copy): Copy {
  into.set(from);
  return into;
}

/** The rows in an order, or as they stand. */
function rowsOf<Copy extends Column>(
  from: Column,
  { order, into }: { readonly order: Uint32Array | undefined; readonly into: Copy },
): Copy {
  if (order === undefined) return copied(from.subarray(0, into.length), into);
  for (let row = 0; row < into.length; row++) into[row] = at(from, at(order, row));
  return into;
}

/** Rows by time; those of one instant stay in their order. */
function orderOf(ticks: Float64Array): Uint32Array {
  const order = Uint32Array.from(ticks, (_, row) => row);
  return order.sort((a, b) => at(ticks, a) - at(ticks, b) || a - b);
}

/** Subtracts whole ticks before it divides, so that a decimal time stays the nearest to itself. */
function fromFirst(ticks: Float64Array, ticksPerS: number): Float64Array {
  const first = ticks[0] ?? 0;
  return ticks.map((tick): Seconds => (tick - first) / ticksPerS);
}
