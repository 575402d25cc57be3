import type { RequestSource, SharedText } from "../../sim/ports.ts";
import type { ArrivalProcess } from "../../workloads/arrivals/arrivalProcess.ts";
import { withCancellations } from "../../workloads/cancellations.ts";
import type { LengthPairs } from "../../workloads/lengths/lengthPairs.ts";
import { openSessions } from "../../workloads/openSessions.ts";
import { type Pause, pauseLaw } from "../../workloads/pauses.ts";
import { type KindOfRequest, kindDraw } from "../../workloads/requestKinds.ts";
import { type SessionSource, sessions } from "../../workloads/sessions.ts";
import { prefixes } from "../../workloads/sharedPrefix.ts";
import { turnLaw } from "../../workloads/turns.ts";
import type { ClosedLoopSpec, PauseSpec } from "./arrivalSpec.ts";
import type { Draws } from "./lengths.ts";
import type { LoadedScenario } from "./load.ts";
import type { SessionsSpec, WorkloadSpec } from "./workloadSpec.ts";

/** What a source of requests is made of. */
export interface WorkloadParts {
  readonly loaded: LoadedScenario;
  readonly workload: WorkloadSpec;
  readonly draws: Draws;
  readonly requests: number | undefined;
  readonly pairs: LengthPairs;
  /** The times of a trace that is read while it is replayed, with `pairs`. */
  readonly streamedArrivals?: ArrivalProcess | undefined;
}

/** Draws the system prompt that a request, or a conversation, begins with; undefined: with none. */
export function prefixOf({ workload, draws }: WorkloadParts): (() => SharedText) | undefined {
  const { sharedPrefix } = workload;
  if (sharedPrefix === undefined) return undefined;
  return prefixes(sharedPrefix, draws.stream("workload/shared_prefix"));
}

/** Draws the class of a request; undefined where there is none, or where a trace says it. */
export function kindOf({
  workload,
  loaded,
  draws,
}: WorkloadParts): (() => KindOfRequest) | undefined {
  const { classes } = workload;
  if (classes === undefined || loaded.traces.replay?.classes !== undefined) return undefined;
  return kindDraw(classes, draws.stream("workload/classes"));
}

/** A pause as a closed loop takes it, drawn from a stream of its own. */
export function pauseOf({ draws }: WorkloadParts, pause: PauseSpec, stream: string): Pause {
  return typeof pause === "number" ? pause : pauseLaw(pause, draws.stream(stream));
}

/** The same requests, some of which their clients cancel. */
export function cancelledOf(parts: WorkloadParts): LengthPairs {
  const { workload, draws, pairs } = parts;
  if (workload.cancellations === undefined) return pairs;
  const { shareRatio, afterS } = workload.cancellations;
  const after = pauseOf(parts, afterS, "workload/cancellations/after");
  const law = typeof after === "number" ? () => after : after;
  const random = draws.stream("workload/cancellations");
  return withCancellations(pairs, { shareRatio, afterS: law }, random);
}

/** Users who hold conversations. */
export function composedSessions(
  parts: WorkloadParts,
  { concurrency, thinkTimeS: pauseS }: ClosedLoopSpec,
  asked: SessionsSpec,
): Conversing {
  const bounds = { requests: parts.requests, untilS: parts.workload.durationS };
  const source = sessions({
    ...conversationsOf(parts, { ...asked, thinkTimeS: asked.thinkTimeS ?? pauseS }),
    ...bounds,
    concurrency,
    pauseS: pauseOf(parts, pauseS, "workload/think_time"),
  });
  return { source, warnings: () => endsOf(source) };
}

/** Conversations that begin whatever becomes of the others. */
export function composedOpenSessions(
  parts: WorkloadParts,
  arrivals: ArrivalProcess,
  { turns, thinkTimeS = 0 }: SessionsSpec,
): Conversing {
  const { requests, workload } = parts;
  const bounds = { requests, untilS: workload.durationS };
  const source = openSessions({
    ...conversationsOf(parts, { turns, thinkTimeS }),
    ...bounds,
    arrivals,
  });
  return { source, warnings: () => endsOf(source) };
}

interface Conversing {
  readonly source: RequestSource;
  warnings(): string[];
}

type Talk = SessionsSpec & { readonly thinkTimeS: PauseSpec };

function conversationsOf(parts: WorkloadParts, { turns, thinkTimeS }: Talk) {
  const { workload, draws, pairs } = parts;
  return {
    turns: turnLaw(turns, draws.stream("workload/sessions")),
    thinkTimeS: pauseOf(parts, thinkTimeS, "workload/sessions/think_time"),
    lengths: pairs,
    prefix: prefixOf(parts),
    kind: kindOf(parts),
    // Those below are the system prompts'.
    firstTextId: workload.sharedPrefix?.groupCount ?? 0,
    maxModelLen: draws.maxModelLen,
  };
}

function endsOf({ counts: { contextCuts, unansweredCount } }: SessionSource): string[] {
  const counted = (count: number, what: string): string[] =>
    count === 0 ? [] : [`${count} conversations ${what}`];
  return [
    ...counted(contextCuts, "ended early: their next turn was beyond max_model_len"),
    ...counted(unansweredCount, "ended with a turn that was not answered"),
  ];
}
