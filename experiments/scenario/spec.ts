import type { ServiceLevels } from "../../sim/metrics/recorder.ts";
import type { ArrivalSpec } from "../../workloads/arrivals/arrivalProcesses.ts";
import type { LengthSpec } from "../../workloads/lengths/lengthLaws.ts";
import { engineSpec } from "./engineSpec.ts";
import { known, seconds } from "./keys.ts";
import type { ScenarioFile } from "./schema.ts";
import type { ArrivalsFile, LengthsFile, WorkloadFile } from "./workloadSchema.ts";

/** What a scenario file says, in the program's words and SI units; undefined where it leaves it open. */
export type ScenarioSpec = ReturnType<typeof scenarioSpec>;

export function scenarioSpec({ llm, cluster, engine, workload, slo }: ScenarioFile) {
  return {
    llm,
    cluster: {
      gpu: cluster.gpu,
      replicas: cluster.replicas,
      tensorParallel: cluster.tensor_parallel_size,
      expertParallel: cluster.enable_expert_parallel,
      powerCapW: known(cluster.power_cap_w),
      clockHz: cluster.clock_mhz === null ? undefined : cluster.clock_mhz * 1e6,
      standbyGpus: cluster.standby_gpus,
      router: cluster.router,
    },
    engine: engineSpec(engine),
    workload: workloadSpec(workload),
    serviceLevels: {
      ttftS: seconds(slo.ttft_ms),
      tpotS: seconds(slo.tpot_ms),
      e2eS: seconds(slo.e2e_ms),
    } satisfies ServiceLevels,
  };
}

export type WorkloadSpec = ReturnType<typeof workloadSpec>;

function workloadSpec(file: WorkloadFile) {
  const { trace, dataset, arrivals, num_requests, duration_s } = file;
  return {
    trace: trace === null ? undefined : { rateScale: trace.rate_scale, limit: known(trace.limit) },
    dataset: known(dataset),
    arrivals: arrivals === null ? undefined : arrivalSpec(arrivals),
    requests: known(num_requests),
    durationS: known(duration_s),
    maxConcurrency: known(file.max_concurrency),
  };
}

export interface ClosedLoopSpec {
  readonly kind: "closedLoop";
  readonly concurrency: number;
  readonly thinkTimeS: number;
}

function arrivalSpec(
  file: ArrivalsFile,
): ArrivalSpec<"poisson" | "constant" | "allAtOnce"> | ClosedLoopSpec {
  switch (file.kind) {
    case "poisson":
    case "constant":
      return { kind: file.kind, ratePerS: file.rate_rps };
    case "all_at_once":
      return { kind: "allAtOnce" };
    case "closed_loop":
      return {
        kind: "closedLoop",
        concurrency: file.concurrency,
        thinkTimeS: file.think_time_s,
      };
  }
}

type EmpiricalSpec = Extract<LengthSpec, { kind: "empirical" }>;

/** `empirical` is what the law's file or data set holds. */
export function lengthSpec(law: LengthsFile, empirical: () => EmpiricalSpec): LengthSpec {
  switch (law.kind) {
    case "fixed":
      return law;
    case "uniform":
      return { kind: "uniform", minTokens: law.min, maxTokens: law.max };
    case "lognormal":
      return law.p99 === undefined
        ? { kind: "lognormal", meanTokens: law.mean, stdTokens: law.std ?? 0 }
        : { kind: "lognormal", meanTokens: law.mean, p99Tokens: law.p99 };
    case "exponential":
      return { kind: "exponential", meanTokens: law.mean };
    case "pareto":
      return { kind: "pareto", alpha: law.alpha, meanTokens: law.mean };
    case "empirical":
      return empirical();
  }
}
