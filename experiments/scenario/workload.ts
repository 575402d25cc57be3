import type { RequestSource } from "../../sim/ports.ts";
import { arrivalProcess } from "../../workloads/arrivals/arrivalProcesses.ts";
import { closedLoop } from "../../workloads/closedLoop.ts";
import { datasetArrivals } from "../../workloads/dataset.ts";
import type { TraceColumns } from "../../workloads/importers/traceColumns.ts";
import { maxConcurrency } from "../../workloads/maxConcurrency.ts";
import { openLoop } from "../../workloads/openLoop.ts";
import { replay } from "../../workloads/replay.ts";
import { UserError } from "../errors.ts";
import { type Draws, datasetNamed, lengthsOf } from "./lengths.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import type { WorkloadSpec } from "./spec.ts";
import type { KeyPath } from "./yamlFile.ts";

/** Who asks what, when. */
export interface ComposedWorkload {
  readonly source: RequestSource;
  /** How many requests will be issued; undefined where only time ends them. */
  readonly requests: number | undefined;
  /** Of a run that has ended: rows sorted or left out, lengths cut. */
  warnings(): string[];
}

const defaultRequests = 1000;

/** @throws UserError where the parts of the workload don't go together. */
export function composeWorkload(
  loaded: LoadedScenario,
  workload: WorkloadSpec,
  draws: Draws,
): ComposedWorkload {
  refuseContradictions(loaded);
  const trace = loaded.traces.replay;
  const requests = requestsOf(workload, trace);
  const { pairs, warnings } = lengthsOf(loaded, draws);
  const { arrivals, durationS: untilS } = workload;
  const bounds = { requests, untilS };
  const { maxConcurrency: places } = workload;
  const composed = (source: RequestSource): ComposedWorkload => ({
    source: places === undefined ? source : maxConcurrency(source, places),
    requests,
    warnings: () => [...traceWarnings(workload, trace), ...warnings()],
  });
  if (arrivals?.kind === "closedLoop") {
    const { concurrency, thinkTimeS } = arrivals;
    return composed(closedLoop({ concurrency, thinkTimeS, lengths: pairs, ...bounds }));
  }
  const random = draws.stream("workload/arrivals");
  const process = arrivals === undefined ? undefined : arrivalProcess(arrivals, random);
  if (trace !== undefined) {
    const rateScale = workload.trace?.rateScale;
    return composed(replay(trace, { rateScale, limit: requests, untilS, arrivals: process }));
  }
  const own = () => datasetArrivals(datasetNamed(loaded, workload.dataset ?? ""), random);
  return composed(openLoop({ arrivals: process ?? own(), lengths: pairs, ...bounds }));
}

/** A trace: its rows; else what is asked for, and 1000 where nothing else ends the workload. */
function requestsOf(workload: WorkloadSpec, trace: TraceColumns | undefined): number | undefined {
  const { requests, durationS, arrivals } = workload;
  if (trace !== undefined) {
    const limit = workload.trace?.limit ?? Number.POSITIVE_INFINITY;
    return Math.min(trace.promptTokens.length, limit, requests ?? Number.POSITIVE_INFINITY);
  }
  const endless = durationS === undefined || arrivals?.kind === "allAtOnce";
  return requests ?? (endless ? defaultRequests : undefined);
}

function refuseContradictions(loaded: LoadedScenario): void {
  const { trace, dataset, arrivals, lengths, max_concurrency } = loaded.scenario.workload;
  const refuse = (path: KeyPath, message: string): never => {
    throw new UserError({ ...blame(["workload", ...path], loaded.places), message });
  };
  if (arrivals !== null && trace === null && dataset === null && lengths === null) {
    const message = "missing; arrivals say when requests come, not how long they are";
    refuse(["lengths"], `${message}: give lengths, or a trace or a dataset in their place`);
  }
  const given = Object.entries({ trace, dataset, lengths }).filter(([, value]) => value !== null);
  const [first, second] = given.map(([name]) => name);
  if (first === undefined) {
    refuse([], "missing; expected a trace, a dataset, or arrivals with lengths");
  }
  if (second !== undefined) {
    refuse([second], `${first} says already how long requests are; give one of the two`);
  }
  if (lengths !== null && arrivals === null) {
    refuse(["arrivals"], "missing; lengths need an arrival process beside them");
  }
  if (max_concurrency !== null && arrivals?.kind === "closed_loop") {
    const message = `the users of a closed loop are the limit: concurrency ${arrivals.concurrency}`;
    refuse(["max_concurrency"], `${message}; give one of the two`);
  }
  if (arrivals !== null && trace !== null && trace.rate_scale !== 1) {
    refuse(["trace", "rate_scale"], "has nothing to scale: arrivals replaces the trace's times");
  }
  if (arrivals === null && trace !== null && loaded.traces.replay?.arrivalS === undefined) {
    refuse(["trace"], "the file has no arrival times; give workload.arrivals");
  }
}

function traceWarnings(workload: WorkloadSpec, trace: TraceColumns | undefined): string[] {
  if (trace === undefined) return [];
  const warnings: string[] = [];
  const { outOfOrderRows, droppedRows, promptTokens } = trace;
  if (outOfOrderRows > 0) {
    warnings.push(`${outOfOrderRows} rows of the trace were out of order and were sorted by time`);
  }
  if (droppedRows > 0) {
    warnings.push(`${droppedRows} rows of the trace have no output and were left out`);
  }
  const wanted = workload.requests ?? 0;
  if (wanted > promptTokens.length) {
    warnings.push(`num_requests is ${wanted}, but the trace has ${promptTokens.length} requests`);
  }
  return warnings;
}
