import type { RequestSource } from "../../sim/ports.ts";
import type { RandomSource } from "../../sim/random.ts";
import type { ArrivalProcess } from "../../workloads/arrivals/arrivalProcess.ts";
import { arrivalProcess } from "../../workloads/arrivals/arrivalProcesses.ts";
import { rescaled } from "../../workloads/arrivals/rescaled.ts";
import { closedLoop } from "../../workloads/closedLoop.ts";
import { datasetArrivals } from "../../workloads/dataset.ts";
import type { LengthPairs } from "../../workloads/lengths/lengthPairs.ts";
import { maxConcurrency } from "../../workloads/maxConcurrency.ts";
import { openLoop } from "../../workloads/openLoop.ts";
import { faster, replay } from "../../workloads/replay.ts";
import { withKinds } from "../../workloads/requestKinds.ts";
import { withPrefix } from "../../workloads/sharedPrefix.ts";
import { UserError } from "../errors.ts";
import type { OpenLoopSpec } from "./arrivalSpec.ts";
import { chosenTrace } from "./chosenTrace.ts";
import { caveatsOf, type Draws, datasetNamed, lengthsOf } from "./lengths.ts";
import type { LoadedScenario } from "./load.ts";
import { playedTrace } from "./playedTrace.ts";
import { blame } from "./problems.ts";
import { traceWarnings } from "./traceWarnings.ts";
import { refuseContradictions } from "./workloadContradictions.ts";
import {
  cancelledOf,
  composedOpenSessions,
  composedSessions,
  kindOf,
  pauseOf,
  prefixOf,
  type WorkloadParts,
} from "./workloadParts.ts";
import type { WorkloadSpec } from "./workloadSpec.ts";

/** Who asks what, when. */
export interface ComposedWorkload {
  readonly source: RequestSource;
  /** How many requests will be issued; undefined where only time ends them. */
  readonly requests: number | undefined;
  /** Of a run that has ended: rows sorted or left out, lengths and conversations cut. */
  warnings(): string[];
}

const defaultRequests = 1000;

/** @throws UserError where the parts of the workload don't go together. */
export function composeWorkload(
  given: LoadedScenario,
  workload: WorkloadSpec,
  draws: Draws,
): ComposedWorkload {
  refuseContradictions(given, draws.maxModelLen);
  const chosen = chosenTrace(given, workload, draws);
  const { loaded } = chosen;
  const trace = loaded.traces.replay;
  const { streamed } = loaded.traces;
  const read = trace ?? streamed;
  const rows = streamed?.requests ?? trace?.promptTokens.length;
  const requests = requestsOf(workload, rows);
  const prefixTokens = workload.sharedPrefix?.tokens ?? 0;
  const played = streamed === undefined ? undefined : playedTrace(streamed, workload, draws);
  const lengths =
    played ?? lengthsOf(loaded, { ...draws, maxModelLen: draws.maxModelLen - prefixTokens });
  const pairs = cancelledOf({ loaded, workload, draws, requests, pairs: lengths.pairs });
  const streamedArrivals = played?.arrivals;
  const parts = { loaded, workload, draws, requests, pairs, streamedArrivals };
  const { source, warnings } = sourceOf(parts);
  const { maxConcurrency: places } = workload;
  return {
    source: places === undefined ? source : maxConcurrency(source, places),
    requests,
    warnings: () => [
      ...(read === undefined ? [] : traceWarnings(read)),
      ...mismatches(workload, rows, trace?.classes?.names),
      ...chosen.warnings,
      ...lengths.warnings(),
      ...(warnings?.() ?? []),
    ],
  };
}

interface Sourced {
  readonly source: RequestSource;
  /** Of a run that has ended. */
  readonly warnings?: () => string[];
}

function sourceOf(parts: WorkloadParts): Sourced {
  const { loaded, workload, draws, requests, streamedArrivals } = parts;
  const { arrivals, durationS: untilS, sessions } = workload;
  if (arrivals?.kind === "closedLoop") {
    if (sessions !== undefined) return composedSessions(parts, arrivals, sessions);
    const { concurrency } = arrivals;
    const thinkTimeS = pauseOf(parts, arrivals.thinkTimeS, "workload/think_time");
    const lengths = askedOf(parts);
    return { source: closedLoop({ concurrency, thinkTimeS, lengths, requests, untilS }) };
  }
  const random = draws.stream("workload/arrivals");
  const process = arrivals === undefined ? undefined : processOf(arrivals, { random, parts });
  const trace = loaded.traces.replay;
  // A conversation takes its prompt and its kind as a whole.
  const asked = sessions === undefined ? askedOf(parts) : parts.pairs;
  const rateScale = workload.trace?.rateScale;
  if (streamedArrivals !== undefined) {
    const scaled = faster(streamedArrivals, rateScale ?? 1);
    return { source: openLoop({ arrivals: scaled, lengths: asked, requests, untilS }) };
  }
  if (trace !== undefined) {
    const how = { rateScale, limit: requests, untilS, arrivals: process, asked };
    return { source: replay(trace, how) };
  }
  // Without a number and a time, the arrivals themselves end: stages do.
  const bounded = requests ?? (untilS === undefined ? Infinity : undefined);
  const begin = (begun: ArrivalProcess): Sourced =>
    sessions === undefined
      ? { source: openLoop({ arrivals: begun, lengths: asked, requests: bounded, untilS }) }
      : composedOpenSessions({ ...parts, requests: bounded }, begun, sessions);
  if (process !== undefined) return begin(process);
  const { entry, arrivals: own } = ownArrivals(loaded, random);
  const { source, warnings } = begin(own);
  return { source, warnings: () => [...caveatsOf(entry), ...(warnings?.() ?? [])] };
}

/** @throws UserError where the data set is a list of lengths. */
function ownArrivals(loaded: LoadedScenario, random: RandomSource) {
  const entry = datasetNamed(loaded, loaded.scenario.workload.dataset ?? "");
  const arrivals = datasetArrivals(entry, random);
  if (arrivals !== undefined) return { entry, arrivals };
  const message = `data set "${entry.id}" says how long requests are, not when they come`;
  const hint = "give workload.arrivals, for instance {kind: poisson, rate_rps: 4}";
  throw new UserError({ ...blame(["workload", "dataset"], loaded.places), message, hint });
}

function processOf(
  { process, rescaledPerS }: OpenLoopSpec,
  { random, parts }: { readonly random: RandomSource; readonly parts: WorkloadParts },
): ArrivalProcess {
  const arrivals = arrivalProcess(process, random);
  if (rescaledPerS === undefined) return arrivals;
  const requests = requestsToRescale(parts);
  return rescaled(arrivals, { requests, lastS: requests / rescaledPerS });
}

const mostRescaled = 1e8;

function requestsToRescale({ loaded, requests = Infinity }: WorkloadParts): number {
  if (requests <= mostRescaled) return requests;
  const found = requests < Infinity ? `${requests}` : "no num_requests";
  const message = `stretches the times of all requests, up to ${mostRescaled} of them, found ${found}`;
  throw new UserError({ ...blame(["workload", "arrivals", "rescale"], loaded.places), message });
}

/** What each request asks, where it has nothing to do with the one before. */
function askedOf(parts: WorkloadParts): LengthPairs {
  const { pairs } = parts;
  const prefix = prefixOf(parts);
  const kind = kindOf(parts);
  const prefixed = prefix === undefined ? pairs : withPrefix(pairs, prefix);
  return kind === undefined ? prefixed : withKinds(prefixed, kind);
}

/** A trace: its rows; else what is asked for, and 1000 where nothing else ends the workload. */
function requestsOf(workload: WorkloadSpec, rows: number | undefined): number | undefined {
  const { requests, durationS, arrivals } = workload;
  if (rows !== undefined) {
    const limit = workload.trace?.limit ?? Number.POSITIVE_INFINITY;
    return Math.min(rows, limit, requests ?? Number.POSITIVE_INFINITY);
  }
  const kind = arrivals?.kind === "openLoop" ? arrivals.process.kind : undefined;
  // Stages end by themselves.
  if (kind === "stages") return requests;
  const endless = durationS === undefined || kind === "allAtOnce";
  return requests ?? (endless ? defaultRequests : undefined);
}

/** Where scenario and trace know more than each other. */
function mismatches(
  { requests = 0, classes }: WorkloadSpec,
  rows = Number.POSITIVE_INFINITY,
  names: readonly string[] = [],
): string[] {
  return [
    ...(requests > rows ? [`num_requests is ${requests}, but the trace has ${rows} requests`] : []),
    ...(names.length > 0 && classes === undefined
      ? [`the trace tells classes apart, workload.classes does not: ${names.join(", ")}`]
      : []),
  ];
}
