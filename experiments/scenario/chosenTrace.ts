import type { Tokens } from "../../sim/units.ts";
import { cutPrompts, rowsBetween, sampledRows, shuffledRows } from "../../workloads/chosenRows.ts";
import type { TraceColumns } from "../../workloads/importers/traceColumns.ts";
import { type Problem, UserError } from "../errors.ts";
import type { Draws } from "./lengths.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import type { WorkloadSpec } from "./workloadSpec.ts";

interface ChosenTrace {
  /** With the requests to replay in place of all. */
  readonly loaded: LoadedScenario;
  readonly warnings: readonly string[];
}

/**
 * What of the trace is replayed: a span of its time, a sample of that, in its order or another, cut
 * to the context.
 * @throws UserError where nothing is left.
 */
export function chosenTrace(
  loaded: LoadedScenario,
  { trace: chosen }: WorkloadSpec,
  { stream, maxModelLen }: Draws,
): ChosenTrace {
  const whole = loaded.traces.replay;
  if (whole === undefined || chosen === undefined) return { loaded, warnings: [] };
  const { fromS, toS, sampleRatio, shufflesLengths, capsToContext } = chosen;
  const blameKey: BlameKey = (key) => blame(["workload", "trace", key], loaded.places);
  let trace = spanOf(whole, { fromS, toS }, blameKey);
  if (sampleRatio < 1) {
    const random = stream("workload/trace/sample");
    const message = `leaves none of ${trace.promptTokens.length} requests`;
    trace = sampledRows(trace, { shareRatio: sampleRatio, random });
    if (trace.promptTokens.length === 0) throw new UserError({ ...blameKey("sample"), message });
  }
  if (shufflesLengths) trace = shuffledRows(trace, stream("workload/trace/shuffle_lengths"));
  const cut = capsToContext ? cutPrompts(trace, maxModelLen) : { trace, promptCuts: 0 };
  return {
    loaded: { ...loaded, traces: { ...loaded.traces, replay: cut.trace } },
    warnings: cutWarnings(cut.promptCuts, maxModelLen),
  };
}

export function cutWarnings(promptCuts: number, maxModelLen: Tokens): string[] {
  const warning = `${promptCuts} prompts of the trace were cut to fit max_model_len`;
  return promptCuts === 0 ? [] : [`${warning} (${maxModelLen}) with their output`];
}

interface Span {
  readonly fromS: number;
  readonly toS: number;
}

/**
 * What comes in a span of a trace, unless it was read so.
 * @throws UserError where that is nothing, or where there are no times; `blameKey` is of from_s or to_s.
 */
export function spanOf(trace: TraceColumns, span: Span, blameKey: BlameKey): TraceColumns {
  const isWhole = span.fromS <= 0 && span.toS === Number.POSITIVE_INFINITY;
  if (isWhole || trace.isSpan === true) return trace;
  const fault = blameKey(span.fromS > 0 ? "from_s" : "to_s");
  const lastS = trace.arrivalS?.at(-1);
  if (lastS === undefined) {
    throw new UserError({ ...fault, message: "the file has no arrival times to choose by" });
  }
  const between = rowsBetween(trace, span);
  if (between.promptTokens.length > 0) return between;
  const message = `no request of the trace is in this span; its last comes at ${lastS} s`;
  throw new UserError({ ...fault, message });
}

type BlameKey = (key: string) => Omit<Problem, "message">;
