import type { Seconds } from "../../sim/units.ts";
import type { ArrivalSpec } from "../../workloads/arrivals/arrivalProcesses.ts";
import type { PauseLaw } from "../../workloads/pauses.ts";
import type { ArrivalsFile } from "./arrivalSchema.ts";

export interface ClosedLoopSpec {
  readonly kind: "closedLoop";
  readonly concurrency: number;
  readonly thinkTimeS: PauseSpec;
}

/** Seconds, or what they are drawn from. */
export type PauseSpec = Seconds | PauseLaw;

export function pauseSpec(file: number | { mean: number; std?: number | undefined }): PauseSpec {
  return typeof file === "number" ? file : { meanS: file.mean, stdS: file.std };
}

/** Arrivals that come whatever becomes of those before them. */
export interface OpenLoopSpec {
  readonly kind: "openLoop";
  readonly process: ArrivalSpec;
  /** All times are stretched so that the last request comes at requests / this rate. */
  readonly rescaledPerS: number | undefined;
}

export function arrivalSpec(file: ArrivalsFile): OpenLoopSpec | ClosedLoopSpec {
  if (file.kind === "closed_loop") {
    const { concurrency, think_time_s } = file;
    return { kind: "closedLoop", concurrency, thinkTimeS: pauseSpec(think_time_s) };
  }
  const rescales = file.kind === "gamma" && file.rescale;
  return {
    kind: "openLoop",
    process: processSpec(file),
    rescaledPerS: rescales ? file.rate_rps : undefined,
  };
}

function processSpec(file: Exclude<ArrivalsFile, { kind: "closed_loop" }>): ArrivalSpec {
  switch (file.kind) {
    case "poisson":
    case "constant":
      return { kind: file.kind, ratePerS: file.rate_rps };
    case "all_at_once":
      return { kind: "allAtOnce" };
    case "gamma":
      return { kind: "gamma", ratePerS: file.rate_rps, burstiness: file.burstiness };
    case "hyper_exponential":
      return { kind: "hyperExponential", ratePerS: file.rate_rps, cv: file.cv };
    case "on_off":
      return {
        kind: "onOff",
        requestsPerBurst: file.requests_per_burst,
        gapsS: { ratePerS: file.burst_rate_rps },
        pauseMinS: file.pause_min_s,
        pauseMeanS: file.pause_mean_s,
      };
    case "diurnal":
      return {
        kind: "diurnal",
        ratePerS: file.rate_rps,
        hourFactors: file.profile === "burstgpt" ? undefined : file.profile,
        startHour: file.start_hour,
        dayS: file.day_s,
        burstiness: file.burstiness,
      };
    case "stages":
      return {
        kind: "stages",
        stages: file.stages.map(({ rate_rps, duration_s }) => ({
          ratePerS: rate_rps,
          durationS: duration_s,
        })),
        burstiness: file.burstiness,
      };
    case "ramp":
      return {
        kind: "ramp",
        startPerS: file.start_rps,
        endPerS: file.end_rps,
        overS: file.over_s,
        strategy: file.strategy,
        burstiness: file.burstiness,
      };
  }
}
