import { setImmediate } from "node:timers/promises";
import type { MeasuredRun } from "../measured/measuredRun.ts";
import { simulateMeasured } from "../measured/simulateMeasured.ts";
import { type Baseline, withBaselines } from "./baselines.ts";
import { type GateResult, gateResults } from "./gates.ts";
import { isPredicted, type Point, pointsOf, regimes } from "./points.ts";

export interface Validation {
  readonly points: readonly Point[];
  readonly gates: readonly GateResult[];
  readonly baselineNames: readonly string[];
}

export interface ValidateOptions {
  readonly baselines: readonly Baseline[];
  readonly onProgress?: ((progress: { done: number; runs: number }) => void) | undefined;
  /** Aborting it rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs measured runs through the simulator, as they were measured, and holds both together. */
export async function validate(
  runs: readonly MeasuredRun[],
  { baselines, onProgress, signal }: ValidateOptions,
): Promise<Validation> {
  const own: Point[] = [];
  for (const [done, run] of runs.entries()) {
    onProgress?.({ done, runs: runs.length });
    // Most runs are too short to give way by themselves.
    await setImmediate();
    signal?.throwIfAborted();
    own.push(...pointsOf(run, await simulateMeasured(run, { signal })));
  }
  const points = withBaselines(own, baselines);
  return {
    points,
    gates: gateResults(points.filter(isPredicted), regimes),
    baselineNames: baselines.map(({ name }) => name),
  };
}
