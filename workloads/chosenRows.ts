import type { RandomSource } from "../sim/random.ts";
import type { Seconds, Tokens } from "../sim/units.ts";
import { at } from "./at.ts";
import type { LabelColumn } from "./importers/labelColumn.ts";
import type { SharedColumns } from "./importers/sharedColumns.ts";
import type { TraceColumns } from "./importers/traceColumns.ts";

/** The requests that come in a span of the trace, from `fromS` until before `toS`. */
export function rowsBetween(
  trace: TraceColumns,
  { fromS, toS }: { readonly fromS: Seconds; readonly toS: Seconds },
): TraceColumns {
  const { arrivalS = new Float64Array() } = trace;
  const rows = everyRow(trace);
  return pickedRows(
    trace,
    rows.subarray(firstRowFrom(arrivalS, fromS), firstRowFrom(arrivalS, toS)),
  );
}

/** Each request with a chance of its own, whatever becomes of the others. */
export function sampledRows(
  trace: TraceColumns,
  { shareRatio, random }: { readonly shareRatio: number; readonly random: RandomSource },
): TraceColumns {
  return pickedRows(
    trace,
    everyRow(trace).filter(() => random() < shareRatio),
  );
}

/** The same requests at the same times, but which comes when is drawn (Fisher and Yates). */
export function shuffledRows(trace: TraceColumns, random: RandomSource): TraceColumns {
  const rows = everyRow(trace);
  for (let last = rows.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const row = at(rows, last);
    rows[last] = at(rows, other);
    rows[other] = row;
  }
  return { ...pickedRows(trace, rows), arrivalS: trace.arrivalS };
}

/** Prompts cut so that prompt and output fit the context, as far as a prompt is left. */
export function cutPrompts(
  trace: TraceColumns,
  contextTokens: Tokens,
): { readonly trace: TraceColumns; readonly promptCuts: number } {
  let promptCuts = 0;
  const promptTokens = trace.promptTokens.map((tokens, row) => {
    const room = promptRoom(contextTokens, at(trace.outputTokens, row));
    if (tokens > room) promptCuts++;
    return Math.min(tokens, room);
  });
  if (promptCuts === 0) return { trace, promptCuts };
  const shared = trace.shared === undefined ? undefined : cutTexts(trace.shared, promptTokens);
  return { trace: { ...trace, promptTokens, shared }, promptCuts };
}

/** What an answer leaves of the context, but at least a token. */
export function promptRoom(contextTokens: Tokens, outputTokens: Tokens): Tokens {
  return Math.max(1, contextTokens - outputTokens);
}

function everyRow({ promptTokens }: TraceColumns): Uint32Array {
  return Uint32Array.from(promptTokens, (_, row) => row);
}

/** The first row at this time or later, by halves. */
function firstRowFrom(arrivalS: Float64Array, timeS: Seconds): number {
  let low = 0;
  let high = arrivalS.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(arrivalS, middle) < timeS) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Times count from the first of them. */
function pickedRows(trace: TraceColumns, rows: Uint32Array): TraceColumns {
  const { arrivalS, shared, tenants, classes } = trace;
  const picked = (column: Uint32Array): Uint32Array => rows.map((row) => at(column, row));
  const labels = (column: LabelColumn | undefined) =>
    column === undefined ? undefined : { ...column, codes: picked(column.codes) };
  return {
    ...trace,
    arrivalS: arrivalS === undefined ? undefined : pickedTimes(arrivalS, rows),
    promptTokens: picked(trace.promptTokens),
    outputTokens: picked(trace.outputTokens),
    shared:
      shared === undefined
        ? undefined
        : { ...shared, starts: picked(shared.starts), ends: picked(shared.ends) },
    tenants: labels(tenants),
    classes: labels(classes),
  };
}

function pickedTimes(arrivalS: Float64Array, rows: Uint32Array): Float64Array {
  const [first] = rows;
  const firstS = first === undefined ? 0 : at(arrivalS, first);
  return Float64Array.from(rows, (row) => at(arrivalS, row) - firstS);
}

/** As many texts as the prompts still reach into. */
function cutTexts(shared: SharedColumns, promptTokens: Uint32Array): SharedColumns {
  const ends = shared.ends.map((end, row) => {
    const most = Math.ceil(at(promptTokens, row) / shared.blockTokens);
    return Math.min(end, at(shared.starts, row) + most);
  });
  return { ...shared, ends };
}
