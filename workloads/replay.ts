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
}

/** The requests of a trace, row by row. Their lengths are never cut. */
export function replay(trace: TraceColumns, replayed: Replay): RequestSource {
  const { rateScale = 1, limit = Infinity, untilS, arrivals = recorded(trace) } = replayed;
  expectPositive("rateScale", rateScale);
  return openLoop({
    arrivals: { nextS: () => arrivals.nextS() / rateScale },
    lengths: recordedLengths(trace),
    requests: Math.min(limit, trace.promptTokens.length),
    untilS,
  });
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
export function recordedLengths(trace: TraceColumns): LengthPairs {
  let row = 0;
  return {
    next: () => bodyAt(trace, row++),
    promptCuts: 0,
    outputCuts: 0,
  };
}

function bodyAt(trace: TraceColumns, request: number): RequestBody {
  const { shared, tenants } = trace;
  const promptTokens = at(trace.promptTokens, request);
  const outputTokens = at(trace.outputTokens, request);
  if (shared === undefined && tenants === undefined) return { promptTokens, outputTokens };
  return {
    promptTokens,
    outputTokens,
    shared: shared === undefined ? undefined : sharedTexts(shared, { row: request, promptTokens }),
    tenant: tenants === undefined ? undefined : labelOf(tenants, request),
  };
}
