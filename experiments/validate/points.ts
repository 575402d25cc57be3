import type { Evidence, Support } from "../../models/evidence.ts";
import { catalogueResiduals } from "../../models/residualCatalogue.ts";
import type { Interval } from "../../models/uncertainty.ts";
import { figureInterval } from "../measured/figureInterval.ts";
import type { MeasuredRun, Measurement } from "../measured/measuredRun.ts";
import { metrics } from "../measured/metrics.ts";
import type { Simulated } from "../measured/simulateMeasured.ts";

/** How far a prediction is from what its constants were fitted to, end to end. */
export type Regime = Support;

export const regimes = [
  "interpolated",
  "new_architecture",
  "operators_only",
] as const satisfies readonly Regime[];

/** One measured figure and what the simulator says of it. */
export interface Point {
  readonly run: MeasuredRun;
  readonly measurement: Measurement;
  readonly outcome: Outcome;
}

export type Outcome =
  | {
      readonly status: "predicted";
      readonly value: number;
      /** predicted / measured - 1 */
      readonly errorRatio: number;
      readonly regime: Regime;
      /** Where 80 % of measurements lie; undefined where nothing is known. */
      readonly interval80: Interval | undefined;
      /** What each baseline says, by its name; missing where it has no say. */
      readonly baselines: Readonly<Record<string, number>>;
    }
  | { readonly status: "refused"; readonly reason: string; readonly outOfMemory: boolean };

/** A point that has a prediction. */
export interface PredictedPoint extends Point {
  readonly outcome: Extract<Outcome, { status: "predicted" }>;
}

export function pointsOf(run: MeasuredRun, simulated: Simulated): Point[] {
  return run.measured.map((measurement, index) => ({
    run,
    measurement,
    outcome: outcomeOf(run, { measurement, index }, simulated),
  }));
}

interface Asked {
  readonly measurement: Measurement;
  readonly index: number;
}

function outcomeOf(
  { isMoe }: MeasuredRun,
  { measurement, index }: Asked,
  simulated: Simulated,
): Outcome {
  if (simulated.status === "refused") {
    const { reason, outOfMemory } = simulated;
    return { status: "refused", reason, outOfMemory };
  }
  const value = simulated.values[index] ?? null;
  if (value === null) {
    return { status: "refused", reason: "the run has no such figure", outOfMemory: false };
  }
  const { evidence } = simulated;
  const { metric } = measurement;
  return {
    status: "predicted",
    value,
    errorRatio: value / measurement.value - 1,
    regime: regimeOf(measurement, evidence),
    interval80: figureInterval(catalogueResiduals(), { metric, isMoe, evidence }, value),
    baselines: {},
  };
}

/** A figure that rests on two calibrations is no better known than the worse of them. */
function regimeOf({ metric }: Measurement, { latency, power }: Evidence): Regime {
  switch (metrics[metric].rests) {
    case "latency":
      return latency.support;
    case "power":
      return power.support;
    case "latency and power":
      return regimes.indexOf(latency.support) > regimes.indexOf(power.support)
        ? latency.support
        : power.support;
    case "memory":
      // No constant of the KV capacity is fitted to the card whose capacity is predicted.
      return "new_architecture";
  }
}

export function isPredicted(point: Point): point is PredictedPoint {
  return point.outcome.status === "predicted";
}
