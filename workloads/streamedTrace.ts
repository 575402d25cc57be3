import type { Seconds, Tokens } from "../sim/units.ts";
import { columnsOf, type RequestReader } from "./importers/requestRows.ts";
import { type TraceColumns, type TraceRow, traceBuilder } from "./importers/traceColumns.ts";
import { type Span, spanClock } from "./spanClock.ts";

/** One request of a trace that is read while it is replayed. */
export interface TimedRequest {
  readonly arrivalS: Seconds;
  readonly promptTokens: Tokens;
  readonly outputTokens: Tokens;
}

/** What is known of a trace that was read once and not kept. */
export interface CheckedTrace {
  /** Those of the span. */
  readonly requests: number;
  /** The time of the last of them, counted from the first. */
  readonly durationS: Seconds;
  readonly droppedRows: number;
  readonly remarks: readonly string[];
}

interface LongTrace {
  /** With more requests than these it is not kept. */
  readonly keptRequests: number;
  readonly span: Span;
  /** Where half of the gaps are outside, their median is of interest, which takes all of them. */
  readonly likelyGaps: { readonly shortestS: Seconds; readonly longestS: Seconds };
}

/**
 * Reads a trace to its end. Undefined where it has many requests and what is asked of it takes them
 * all: they are not in order, have names, or leave the user something to be told.
 * Throws a TraceError at the first row that cannot be read.
 */
export function readOrCheck(
  reader: RequestReader,
  long: LongTrace,
): TraceColumns | CheckedTrace | undefined {
  const check = streamCheck(long);
  return keptColumns(reader, check, long.keptRequests) ?? checkedRest(reader, check);
}

/** Undefined where more come than are kept, and none so far needs the others. */
function keptColumns(
  reader: RequestReader,
  check: StreamCheck,
  keptRequests: number,
): TraceColumns | undefined {
  const builder = traceBuilder();
  let streams = true;
  while (builder.rows <= keptRequests) {
    const row = reader.next();
    if (row === undefined) return columnsOf(reader, builder);
    builder.add(row);
    streams = streams && check.add(row, reader.ticksPerS());
  }
  return streams ? undefined : columnsOf(reader, builder);
}

function checkedRest(reader: RequestReader, check: StreamCheck): CheckedTrace | undefined {
  for (let row = reader.next(); row !== undefined; row = reader.next()) {
    if (!check.add(row, reader.ticksPerS())) return undefined;
  }
  const { requests, durationS, droppedRows } = check;
  if (requests === 0 || !check.hasLikelyGaps()) return undefined;
  return { requests, durationS, droppedRows, remarks: reader.remarks() };
}

interface StreamCheck {
  /** False where the trace can't be read while it is replayed. */
  add(row: TraceRow, ticksPerS: number | undefined): boolean;
  readonly requests: number;
  readonly durationS: Seconds;
  readonly droppedRows: number;
  hasLikelyGaps(): boolean;
}

function streamCheck({ span, likelyGaps }: LongTrace): StreamCheck {
  const timeOf = spanClock(span);
  let latestTicks = -Infinity;
  const gaps = gapCounter(likelyGaps);
  let requests = 0;
  let durationS = 0;
  let droppedRows = 0;
  return {
    add(row, ticksPerS) {
      if (row.outputTokens === 0) {
        droppedRows++;
        return true;
      }
      const isNamed = row.tenant !== undefined || row.className !== undefined;
      const isPlain = row.textIds === undefined && !isNamed;
      if (ticksPerS === undefined || row.ticks < latestTicks || !isPlain) return false;
      latestTicks = row.ticks;
      const arrivalS = timeOf(row.ticks, ticksPerS);
      if (arrivalS === undefined) return true;
      requests++;
      durationS = arrivalS;
      gaps.add(arrivalS);
      return true;
    },
    get requests() {
      return requests;
    },
    get durationS() {
      return durationS;
    },
    get droppedRows() {
      return droppedRows;
    },
    hasLikelyGaps: gaps.areLikely,
  };
}

/** Counts on which side gaps above 0 are: enough to know on which their median is. */
function gapCounter({ shortestS, longestS }: LongTrace["likelyGaps"]) {
  const gaps = { short: 0, likely: 0, long: 0 };
  let latestS: Seconds | undefined;
  return {
    add(arrivalS: Seconds): void {
      const gapS = arrivalS - (latestS ?? arrivalS);
      latestS = arrivalS;
      if (gapS > longestS) gaps.long++;
      else if (gapS >= shortestS) gaps.likely++;
      else if (gapS > 0) gaps.short++;
    },
    areLikely(): boolean {
      const { short, likely, long } = gaps;
      const middle = Math.floor((short + likely + long) / 2);
      return short + likely + long === 0 || (short <= middle && short + likely > middle);
    },
  };
}

/** The requests with output that come in a span, of a trace in order of arrival. */
export function requestsBetween(
  reader: RequestReader,
  span: Span,
): { next(): TimedRequest | undefined } {
  const timeOf = spanClock(span);
  return {
    next() {
      for (let row = reader.next(); row !== undefined; row = reader.next()) {
        const { ticks, promptTokens, outputTokens } = row;
        if (outputTokens === 0) continue;
        const arrivalS = timeOf(ticks, reader.ticksPerS() ?? Number.NaN);
        if (arrivalS !== undefined) return { arrivalS, promptTokens, outputTokens };
      }
      return undefined;
    },
  };
}
