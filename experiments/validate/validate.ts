import { setImmediate } from "node:timers/promises";
import type { MeasuredRun, Suite } from "../measured/measuredRun.ts";
import type { FittedCatalogue } from "../measured/regimes.ts";
import { type Baseline, withBaselines } from "./baselines.ts";
import { type GateResult, gateResults } from "./gates.ts";
import { isPredicted, type Point } from "./points.ts";
import { predictedPoints } from "./predictions.ts";

export interface Validation {
  readonly points: readonly Point[];
  readonly gates: readonly GateResult[];
  readonly baselineNames: readonly string[];
}

export interface ValidateOptions {
  readonly baselines: readonly Baseline[];
  /** What the regimes are made of, in place of the catalogue's. */
  readonly catalogue?: FittedCatalogue | undefined;
  /** The suites whose runs are all here: a promise about them without a row is missed. */
  readonly complete?: readonly Suite[] | undefined;
  readonly onProgress?: ((progress: { done: number; runs: number }) => void) | undefined;
  /** Aborting it rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs measured runs through the simulator, as they were measured, and holds both together. */
export async function validate(
  runs: readonly MeasuredRun[],
  { baselines, catalogue, complete, onProgress, signal }: ValidateOptions,
): Promise<Validation> {
  const ofRows = baselines.filter(({ needs }) => needs === "a row");
  const ofTables = baselines.filter(({ needs }) => needs === "all rows");
  const own: Point[] = [];
  for (const [done, run] of runs.entries()) {
    onProgress?.({ done, runs: runs.length });
    // Most runs are too short to give way by themselves.
    await setImmediate();
    signal?.throwIfAborted();
    own.push(...withBaselines(await predictedPoints(run, { catalogue, signal }), ofRows));
  }
  onProgress?.({ done: runs.length, runs: runs.length });
  const points = withBaselines(own, ofTables);
  return {
    points,
    gates: gateResults(points.filter(isPredicted), complete),
    baselineNames: baselines.map(({ name }) => name),
  };
}
