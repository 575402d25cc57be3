import type { ArrivalProcess } from "../../workloads/arrivals/arrivalProcess.ts";
import type { LengthPairs } from "../../workloads/lengths/lengthPairs.ts";
import { streamedReplay } from "../../workloads/streamedReplay.ts";
import { cutWarnings } from "./chosenTrace.ts";
import type { Draws } from "./lengths.ts";
import type { StreamedTrace } from "./longTrace.ts";
import type { WorkloadSpec } from "./workloadSpec.ts";

interface PlayedTrace {
  readonly arrivals: ArrivalProcess;
  readonly pairs: LengthPairs;
  /** Of a run that has ended. */
  warnings(): string[];
}

/** A trace that is read while it is replayed, from its beginning. */
export function playedTrace(
  trace: StreamedTrace,
  { trace: chosen }: WorkloadSpec,
  { maxModelLen }: Pick<Draws, "maxModelLen">,
): PlayedTrace {
  const contextTokens = chosen?.capsToContext === true ? maxModelLen : undefined;
  const played = streamedReplay({ rows: trace.open(), requests: trace.requests, contextTokens });
  return { ...played, warnings: () => cutWarnings(played.promptCuts(), maxModelLen) };
}
