import { setImmediate } from "node:timers/promises";
import { SimulationError } from "../sim/assert.ts";
import type { RequestRecord } from "../sim/request.ts";
import type { RunRecord } from "../sim/runRecord.ts";
import { Simulation } from "../sim/simulation.ts";
import type { RunTotals } from "../sim/totals.ts";
import { RunError } from "./errors.ts";
import { tokenwattVersion } from "./package.ts";
import { type Result, resultOf } from "./report/result.ts";
import { overloadText } from "./report/runWarnings.ts";
import { type Composition, compose } from "./scenario/compose.ts";
import type { LoadedScenario } from "./scenario/load.ts";

export interface RunOptions {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Each request once, in the order in which they end. */
  readonly onRequest?: ((request: RequestRecord) => void) | undefined;
  /** Once, as soon as requests are seen to come faster than they are served: says so in a sentence. */
  readonly onOverload?: ((warning: string) => void) | undefined;
  /** What the engine counted, before the result is returned. */
  readonly onTotals?: ((totals: RunTotals) => void) | undefined;
  /** Keeps batches and KV blocks by the second beside watts. */
  readonly detailedSeries?: boolean | undefined;
  /** Keeps the gaps between each request's tokens, for onRequest. */
  readonly tokenGaps?: boolean | undefined;
  /** Each run of steps on a replica, when it has ended. */
  readonly onRun?: ((run: RunRecord) => void) | undefined;
  /** Aborting it rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Puts wall_s into the result, which is then no longer the same from run to run. */
  readonly timings?: boolean | undefined;
}

export interface Progress {
  readonly simulatedS: number;
  readonly endedRequests: number;
  /** 0 to 1; undefined where the end is not known. */
  readonly doneRatio: number | undefined;
}

/** How long the event loop waits for its turn, in milliseconds: Ctrl-C is noticed within this. */
const turnMs = 100;
/** A slice of so many instants takes milliseconds, however the arrivals are spread. */
const sliceInstants = 1000;

/**
 * Simulates a scenario once. The result depends on the scenario alone, however the run is sliced.
 * @throws UserError where the scenario describes no possible deployment, RunError where it gets stuck.
 */
export async function runScenario(
  loaded: LoadedScenario,
  options: RunOptions = {},
): Promise<Result> {
  const composed = compose(loaded);
  const startedMs = performance.now();
  let endedRequests = 0;
  const simulation = new Simulation({
    ...composed.simulation,
    detailedSeries: options.detailedSeries,
    onRun: options.onRun,
    tokenGaps: options.tokenGaps,
    onRequestEnd: (request) => {
      endedRequests++;
      options.onRequest?.(request);
    },
    onOverload: (overload) =>
      options.onOverload?.(`${overloadText(overload)}, and ${overload.waiting} wait`),
  });
  const progress = (): Progress => ({
    simulatedS: simulation.nowS,
    endedRequests,
    doneRatio: doneRatio(composed, { endedRequests, simulatedS: simulation.nowS }),
  });
  const turn = async () => {
    options.onProgress?.(progress());
    await setImmediate();
    options.signal?.throwIfAborted();
  };
  await advanceToEnd(simulation, turn);
  const totals = simulation.totals();
  options.onTotals?.(totals);
  const wallS = (performance.now() - startedMs) / 1000;
  return endedResult(composed, totals, options.timings === true ? wallS : undefined);
}

/** Of a simulation that has ended. */
export function endedResult(composed: Composition, totals: RunTotals, wallS?: number): Result {
  const deployment = { ...composed.deployment, warnings: composed.warnings() };
  return resultOf(deployment, totals, { version: tokenwattVersion(), wallS });
}

async function advanceToEnd(simulation: Simulation, turn: () => Promise<void>): Promise<void> {
  let turnedMs = performance.now();
  while (advanced(simulation)) {
    if (performance.now() - turnedMs < turnMs) continue;
    await turn();
    turnedMs = performance.now();
  }
}

function advanced(simulation: Simulation): boolean {
  try {
    return simulation.advance(Number.POSITIVE_INFINITY, sliceInstants);
  } catch (error) {
    if (error instanceof SimulationError) throw new RunError(`the run failed: ${error.message}`);
    throw error;
  }
}

function doneRatio(
  { requests, simulation: { horizonS } }: Composition,
  now: { endedRequests: number; simulatedS: number },
): number | undefined {
  if (requests === undefined && horizonS === undefined) return undefined;
  const byRequests = now.endedRequests / (requests ?? Number.POSITIVE_INFINITY);
  const byTime = now.simulatedS / (horizonS ?? Number.POSITIVE_INFINITY);
  return Math.min(1, Math.max(byRequests, byTime));
}
