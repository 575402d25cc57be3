import type { Evidence } from "../../models/evidence.ts";
import { catalogueResiduals } from "../../models/residualCatalogue.ts";
import type { Interval, Quantity } from "../../models/uncertainty.ts";
import { interval80 } from "../../models/uncertainty.ts";
import type { RunTotals } from "../../sim/totals.ts";

/** What an interval depends on beside the run's figures. */
export interface Footing {
  readonly evidence: Evidence;
  readonly isMoe: boolean;
  /** What one GPU can draw at most: its TDP, or a lower cap that the scenario sets. */
  readonly highestGpuW: number;
}

/** Where 80 % of measurements of the run's figures lie; null where nothing is known. */
export interface RunIntervals {
  readonly ttftMs: Interval | null;
  readonly tpotMs: Interval | null;
  readonly gpuMeanW: Interval | null;
  readonly gpuJ: Interval | null;
}

export function runIntervals({ evidence, isMoe, highestGpuW }: Footing, totals: RunTotals) {
  const { latency, energy, durationS, idleW, gpus } = totals;
  const residuals = catalogueResiduals();
  const around = (quantity: Quantity, value: number | undefined): Interval | null => {
    if (value === undefined) return null;
    return interval80(residuals, { quantity, isMoe, evidence }, value) ?? null;
  };
  // Time without a step draws idle watts, which are known: only the joules of steps are uncertain.
  const stepsJ = energy.gpuJ - energy.idleJ;
  const standbyJ = energy.idleNoContextJ;
  // Replicas that were down drew less than idle ones.
  const leastW = idleW - (totals.failures?.savedJ ?? 0) / durationS;
  const mean = mapped(around("watts", stepsJ), (joules) => {
    const watts = (energy.idleJ + joules) / durationS;
    return Math.min(Math.max(watts, leastW), standbyJ / durationS + highestGpuW * gpus);
  });
  return {
    ttftMs: around("ttft", milliseconds(latency.ttftS?.mean)),
    tpotMs: around("tpot", milliseconds(latency.tpotS?.mean)),
    gpuMeanW: durationS > 0 ? mean : null,
    gpuJ: mapped(around("energy", stepsJ), (joules) => energy.idleJ + joules),
  } satisfies RunIntervals;
}

/** Both ends; null where there is no interval or an end is not known. */
export function mapped(
  interval: Interval | null,
  of: (end: number) => number | null,
): Interval | null {
  const low = interval && of(interval[0]);
  const high = interval && of(interval[1]);
  return low === null || high === null ? null : [low, high];
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}
