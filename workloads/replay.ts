import type { RequestSource } from "../sim/ports.ts";
import type { Seconds } from "../sim/units.ts";
import type { ArrivalProcess } from "./arrivals/arrivalProcess.ts";
import { at } from "./at.ts";
import { labelOf } from "./importers/labelColumn.ts";
import { sharedTexts } from "./importers/sharedColumns.ts";
import type { TraceColumns } from "./importers/traceColumns.ts";
import type { LengthPairs, RequestBody } from "./lengths/lengthPairs.ts";
import { openLoop } from "./openLoop.ts";
import { expectPositive, ParameterError } from "./parameterError.ts";

export interface Replay {
  /** Times the rate: 2 halves every arrival time. */
  readonly rateScale?: number | undefined;
  /** The first so many rows only. */
  readonly limit?: number | undefined;
  /** None arrives at this time or later. */
  readonly untilS?: Seconds | undefined;
  /** In place of the trace's own times; needed where it has none. */
  readonly arrivals?: ArrivalProcess | undefined;
  /** What the trace asks, where something is added to it. */
  readonly asked?: LengthPairs | undefined;
}

/** The requests of a trace, row by row. Their lengths are never cut. */
export function replay(trace: TraceColumns, replayed: Replay): RequestSource {
  const { rateScale = 1, limit = Infinity, untilS, arrivals = recorded(trace) } = replayed;
  const { asked = recordedLengths(trace) } = replayed;
  return openLoop({
    arrivals: faster(arrivals, rateScale),
    lengths: asked,
    requests: Math.min(limit, trace.promptTokens.length),
    untilS,
  });
}

/** The same arrivals in a `rateScale`th of the time. */
export function faster(arrivals: ArrivalProcess, rateScale: number): ArrivalProcess {
  expectPositive("rateScale", rateScale);
  return { nextS: () => arrivals.nextS() / rateScale };
}

function recorded({ arrivalS }: TraceColumns): ArrivalProcess {
  if (arrivalS === undefined) {
    const expected = "an arrival process, as the trace has no times";
    throw new ParameterError("arrivals", { expected, found: "none" });
  }
  let row = 0;
  return { nextS: () => at(arrivalS, row++) };
}

/** What a trace asks, in its order, for as many requests as it has rows. */
export function recordedLengths(trace: TraceColumns, classes?: TracedClasses): LengthPairs {
  let row = 0;
  return {
    next: () => bodyAt(trace, row++, classes),
    promptCuts: 0,
    outputCuts: 0,
  };
}

/** The run's classes by the names of a trace. */
export interface TracedClasses {
  /** Of each name that the trace has, the place among the run's classes. */
  readonly ids: readonly number[];
  /** Of each of the run's classes, who pays where the trace does not say. */
  readonly tenants: readonly (string | undefined)[];
}

function bodyAt(trace: TraceColumns, row: number, classes?: TracedClasses): RequestBody {
  const { shared, tenants, classes: names } = trace;
  const promptTokens = at(trace.promptTokens, row);
  const outputTokens = at(trace.outputTokens, row);
  const isPlain = shared === undefined && tenants === undefined && classes === undefined;
  if (isPlain) return { promptTokens, outputTokens };
  const classId = names === undefined ? undefined : classes?.ids[at(names.codes, row) - 1];
  const ownTenant = tenants === undefined ? undefined : labelOf(tenants, row);
  return {
    promptTokens,
    outputTokens,
    shared: shared === undefined ? undefined : sharedTexts(shared, { row, promptTokens }),
    classId,
    tenant: ownTenant ?? classes?.tenants[classId ?? -1],
  };
}
