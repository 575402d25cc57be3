import { evidenceOf } from "../../models/evidence.ts";
import type { HostPower } from "../../models/facility.ts";
import { hostByGpuId } from "../../models/hostCatalogue.ts";
import type { StepConfig } from "../../models/matrices.ts";
import { speculativeEvidence } from "../../models/speculativeEvidence.ts";
import { randomStreams } from "../../sim/random.ts";
import type { SimulationConfig } from "../../sim/simulationConfig.ts";
import { UserError } from "../errors.ts";
import type { Deployment } from "../report/result.ts";
import type { NamedScenario } from "./check.ts";
import { refuseEngineContradictions } from "./engineContradictions.ts";
import { stepConfigOf } from "./hardware.ts";
import { type EngineLimits, engineLimits, schedulerOf } from "./limits.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import { replicaOf } from "./replica.ts";
import { routerOf } from "./routing.ts";
import { type ScenarioSpec, scenarioSpec } from "./spec.ts";
import { type ComposedSpeculation, composeSpeculation } from "./speculation.ts";
import { type ComposedWorkload, composeWorkload } from "./workload.ts";

/** A scenario as the engine takes it, and what the report needs beside the engine's totals. */
export interface Composition {
  readonly simulation: SimulationConfig;
  readonly deployment: Omit<Deployment, "warnings">;
  readonly limits: EngineLimits;
  /** How many requests will come; undefined where only time ends them. */
  readonly requests: number | undefined;
  /** Of a run that has ended. */
  warnings(): string[];
  /** Those of the workload alone, of requests that were all drawn. */
  workloadWarnings(): string[];
}

/**
 * The composition root: names become models, nulls become defaults, parts are joined.
 * @throws UserError where no deployment can be as the scenario says.
 */
export function compose(loaded: LoadedScenario): Composition {
  const spec = scenarioSpec(loaded.scenario);
  const config = stepConfigOf(loaded, spec);
  refuseEngineContradictions(loaded, spec, schedulerOf(spec, config));
  const speculation = composeSpeculation(loaded, spec, config);
  const limits = engineLimits(loaded, spec, config, speculation?.draft);
  const stream = randomStreams(loaded.scenario.seed);
  const { maxModelLen } = limits;
  const workload = composeWorkload(loaded, spec.workload, { stream, maxModelLen });
  if (limits.scheduler === "static") refuseStarvedBatches(loaded, spec, workload.requests);
  const { cluster } = spec;
  const { gpu, calibration } = config;
  const host = hostOf(loaded.scenario, gpu.id);
  const replica = replicaOf(spec, { config, speculation, stream }, limits);
  return {
    simulation: {
      source: workload.source,
      replicas: Array.from({ length: cluster.replicas }, () => replica),
      router: routerOf(loaded, spec, stream),
      frontEndS: calibration.frontEndS,
      horizonS: spec.workload.durationS,
      serviceLevels: spec.serviceLevels,
      classes: spec.workload.classes,
      timeoutS: spec.workload.timeoutS,
      clientsCancel: spec.workload.cancellations !== undefined,
      steadyConcurrency: users(spec),
      standby: { gpus: cluster.standbyGpus, idleW: cluster.standbyGpus * gpu.idleNoContextW },
    },
    deployment: {
      scenario: resolved(loaded.scenario, { config, limits, workload }),
      kvBlocksPerReplica: limits.kvBlocks,
      host,
      footing: footingOf(config, spec, speculation),
    },
    limits,
    requests: workload.requests,
    warnings: () => [
      ...config.precision.notes,
      ...(speculation?.warnings ?? []),
      ...limits.warnings,
      ...workload.warnings(),
    ],
    workloadWarnings: workload.warnings,
  };
}

/**
 * Users who all wait for their answer cannot fill a batch that waits for them: with `concurrency`
 * of them, some replica gets batch_size requests only if there are more than replicas x (batch_size - 1).
 * Where no user asks twice, the source ends at once and what is there starts. A client with a limit
 * of its own is as many users.
 */
function refuseStarvedBatches(
  loaded: LoadedScenario,
  spec: ScenarioSpec,
  requests: number | undefined,
): void {
  const { batchSize, batchWaitS } = spec.engine;
  const { maxConcurrency } = spec.workload;
  const concurrency = users(spec) ?? maxConcurrency;
  if (batchWaitS !== undefined || concurrency === undefined) return;
  if (requests !== undefined && requests <= concurrency) return;
  const needed = spec.cluster.replicas * (batchSize - 1) + 1;
  if (concurrency >= needed) return;
  const key = maxConcurrency === undefined ? ["arrivals", "concurrency"] : ["max_concurrency"];
  throw new UserError({
    ...blame(["workload", ...key], loaded.places),
    message:
      `${concurrency} users can all wait in batches that never fill: ` +
      `batch_size ${batchSize} on ${spec.cluster.replicas} replicas needs ${needed} of them`,
    hint: "or set engine.batch_wait_ms, after which an unfilled batch starts",
  });
}

function users({ workload }: ScenarioSpec): number | undefined {
  const { arrivals } = workload;
  return arrivals?.kind === "closedLoop" ? arrivals.concurrency : undefined;
}

function footingOf(
  config: StepConfig,
  { cluster }: ScenarioSpec,
  speculation: ComposedSpeculation | undefined,
): Deployment["footing"] {
  const { gpu, llm } = config;
  return {
    evidence: speculation === undefined ? evidenceOf(config) : speculativeEvidence(speculation),
    isMoe: llm.moe !== undefined,
    highestGpuW: cluster.powerCapW ?? gpu.tdpW,
  };
}

function hostOf({ site }: NamedScenario, gpuId: string): HostPower | undefined {
  if (site.host === "auto") return hostByGpuId(gpuId);
  if (site.host === "none") return { idleW: 0, activeW: 0 };
  return { idleW: site.host.idle_w, activeW: site.host.active_w };
}

interface Choices {
  readonly config: StepConfig;
  readonly limits: EngineLimits;
  readonly workload: ComposedWorkload;
}

/** The scenario with every null that stands for a default replaced by what it came to. */
function resolved(scenario: NamedScenario, { config, limits, workload }: Choices): NamedScenario {
  const { precision } = config;
  // The static scheduler has no use for vLLM's two limits.
  const isStatic = limits.scheduler === "static";
  return {
    ...scenario,
    engine: {
      ...scenario.engine,
      scheduler: limits.scheduler,
      dtype: precision.dtype,
      quantization: precision.weights,
      max_num_seqs: isStatic ? null : limits.maxSeqs,
      max_num_batched_tokens: isStatic ? null : limits.maxBatchedTokens,
      max_model_len: limits.maxModelLen,
      watermark: isStatic ? null : limits.watermarkRatio,
    },
    workload: { ...scenario.workload, num_requests: workload.requests ?? null },
  };
}
