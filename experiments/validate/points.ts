import type { Evidence } from "../../models/evidence.ts";
import { catalogueResiduals } from "../../models/residualCatalogue.ts";
import type { Interval } from "../../models/uncertainty.ts";
import { figureInterval } from "../measured/figureInterval.ts";
import type { MeasuredRun, Measurement } from "../measured/measuredRun.ts";
import { metrics } from "../measured/metrics.ts";
import { type HeldOutPrediction, isPredictedIn, type Regime } from "../measured/regimes.ts";
import type { Simulated } from "../measured/simulateMeasured.ts";

/** One measured figure and what the simulator says of it. */
export interface Point {
  readonly run: MeasuredRun;
  readonly measurement: Measurement;
  readonly outcome: Outcome;
}

export type Outcome =
  | {
      readonly status: "predicted";
      /** By the catalogue's calibration, which may have been fitted to this very figure. */
      readonly value: number;
      /** Whether it was fitted to this architecture on this GPU and stack. */
      readonly isUsedToFit: boolean;
      /** Where 80 % of measurements lie; undefined where nothing is known. */
      readonly interval80: Interval | undefined;
      /** By constants that were not fitted to it. */
      readonly byRegime: { readonly [Name in Regime]?: Estimate };
      /** What each baseline says, by its name; missing where it has no say. */
      readonly baselines: Readonly<Record<string, number>>;
    }
  | { readonly status: "refused"; readonly reason: string; readonly outOfMemory: boolean };

export interface Estimate {
  readonly value: number;
  /** predicted / measured - 1 */
  readonly errorRatio: number;
  /** The constants behind it; undefined where none is fitted at all. */
  readonly heldOut: HeldOutPrediction | undefined;
}

/** A point that has a prediction. */
export interface PredictedPoint extends Point {
  readonly outcome: Extract<Outcome, { status: "predicted" }>;
}

export function isPredicted(point: Point): point is PredictedPoint {
  return point.outcome.status === "predicted";
}

/** What a run comes to without constants that were fitted to it. */
export interface HeldOutRun {
  readonly heldOut: HeldOutPrediction;
  readonly simulated: Simulated;
}

export function pointsOf(
  run: MeasuredRun,
  shipped: Simulated,
  heldOutRuns: readonly HeldOutRun[],
): Point[] {
  return run.measured.map((measurement, index) => ({
    run,
    measurement,
    outcome: outcomeOf({ run, measurement, index }, shipped, heldOutRuns),
  }));
}

/** A figure in the nearest regime that tells how it fares where its own network was never measured. */
export function unseenEstimate({
  outcome: { byRegime },
}: PredictedPoint): { readonly regime: Regime; readonly estimate: Estimate } | undefined {
  for (const regime of unseenFirst) {
    const estimate = byRegime[regime];
    if (estimate !== undefined) return { regime, estimate };
  }
  return undefined;
}

const unseenFirst = ["new_architecture", "operators_only"] as const satisfies readonly Regime[];

interface Asked {
  readonly run: MeasuredRun;
  readonly measurement: Measurement;
  readonly index: number;
}

function outcomeOf(asked: Asked, shipped: Simulated, heldOutRuns: readonly HeldOutRun[]): Outcome {
  const { run, measurement, index } = asked;
  if (shipped.status === "refused") {
    const { reason, outOfMemory } = shipped;
    return { status: "refused", reason, outOfMemory };
  }
  const value = shipped.values[index] ?? null;
  if (value === null) {
    return { status: "refused", reason: "the run has no such figure", outOfMemory: false };
  }
  const { evidence } = shipped;
  const { metric } = measurement;
  const { isMoe } = run;
  return {
    status: "predicted",
    value,
    isUsedToFit: isUsedToFit(measurement, evidence),
    interval80: figureInterval(catalogueResiduals(), { metric, isMoe, evidence }, value),
    byRegime: estimates(asked, value, heldOutRuns),
    baselines: {},
  };
}

function estimates({ measurement, index }: Asked, value: number, runs: readonly HeldOutRun[]) {
  const { rests } = metrics[measurement.metric];
  // No constant of the KV capacity is fitted to the card whose capacity is predicted.
  if (rests === "memory") return { new_architecture: estimate(measurement, value) };
  const found = runs.flatMap(({ heldOut, simulated }) => {
    if (!isPredictedIn(heldOut, rests) || simulated.status === "refused") return [];
    const own = simulated.values[index] ?? null;
    return own === null ? [] : [[heldOut.regime, estimate(measurement, own, heldOut)] as const];
  });
  return Object.fromEntries(found);
}

function estimate(
  { value: measured }: Measurement,
  value: number,
  heldOut?: HeldOutPrediction,
): Estimate {
  return { value, errorRatio: value / measured - 1, heldOut };
}

function isUsedToFit({ metric }: Measurement, { latency, power }: Evidence): boolean {
  const saw = { latency: latency.support, power: power.support };
  switch (metrics[metric].rests) {
    case "latency":
      return saw.latency === "interpolated";
    case "power":
      return saw.power === "interpolated";
    case "latency and power":
      return saw.latency === "interpolated" || saw.power === "interpolated";
    case "memory":
      return false;
  }
}
