import type { HostPower } from "../../models/facility.ts";
import { hostByGpuId } from "../../models/hostCatalogue.ts";
import type { Pool } from "../../sim/metrics/poolBooks.ts";
import { randomStreams } from "../../sim/random.ts";
import type { SimulationConfig } from "../../sim/simulationConfig.ts";
import type { Blocks } from "../../sim/units.ts";
import { changeConfigOf } from "../changes/changeConfig.ts";
import type { Changer } from "../changes/changer.ts";
import { changeText } from "../changes/changesSchema.ts";
import { UserError } from "../errors.ts";
import type { Footing } from "../report/intervals.ts";
import type { PoolDeployment } from "../report/pools.ts";
import type { Deployment } from "../report/result.ts";
import type { NamedScenario } from "./check.ts";
import { handoverOf } from "./disaggregation.ts";
import { type ComposedEngine, composeEngine } from "./engine.ts";
import { failuresOf } from "./failures.ts";
import type { EngineLimits } from "./limits.ts";
import type { LoadedScenario } from "./load.ts";
import { jointFooting, jointHost } from "./poolFooting.ts";
import { kindsOf } from "./pools.ts";
import { blame } from "./problems.ts";
import { ranksOf } from "./ranks.ts";
import { routerOf } from "./routing.ts";
import { type ScenarioSpec, scenarioSpec } from "./spec.ts";
import { type ComposedWorkload, composeWorkload } from "./workload.ts";

/** A scenario as the engine takes it, and what the report needs beside the engine's totals. */
export interface Composition {
  readonly simulation: SimulationConfig;
  readonly deployment: Omit<Deployment, "warnings">;
  /** Makes changes while the run goes on; undefined where none are made. */
  readonly changer: Changer | undefined;
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
  const stream = randomStreams(loaded.scenario.seed);
  const kinds = kindsOf(loaded).map((kind) => composeEngine(kind, stream));
  const [first] = kinds;
  if (first === undefined) throw new Error("invariant broken: a fleet of no kind of replica");
  const { limits, config } = first;
  const maxModelLen = Math.min(...kinds.map((kind) => kind.limits.maxModelLen));
  const fleets = kinds.map(ranksOf);
  const replicas = fleets.flatMap((fleet) => fleet.replicas);
  const composed = (changed: LoadedScenario) => changedEngine(changed, spec);
  const changed = changeConfigOf(loaded, replicas, { engine: first, composed });
  const asked = changed?.hasRates === true ? withoutEnd(spec.workload) : spec.workload;
  const workload = composeWorkload(loaded, asked, { stream, maxModelLen });
  if (limits.scheduler === "static") {
    refuseStarvedBatches(loaded, spec, { requests: workload.requests, replicas: replicas.length });
  }
  const { standbyGpus } = spec.cluster;
  return {
    simulation: {
      source: workload.source,
      replicas: changed?.replicas ?? replicas,
      changes: changed?.config,
      pools: loaded.pools === undefined ? undefined : kinds.map(poolOf),
      handover: handoverOf(loaded, spec, kinds),
      failures: failuresOf(loaded, spec, { kinds, stream }),
      lockstep: fleets[0]?.lockstep,
      router: routerOf(loaded, spec, stream),
      frontEndS: Math.max(...kinds.map((kind) => kind.config.calibration.frontEndS)),
      horizonS: spec.workload.durationS,
      serviceLevels: spec.serviceLevels,
      classes: spec.workload.classes,
      timeoutS: spec.workload.timeoutS,
      clientsCancel: spec.workload.cancellations !== undefined,
      usersWait: users(spec) !== undefined,
      // What changes isn't steady.
      steadyConcurrency: changed === undefined ? users(spec) : undefined,
      standby: { gpus: standbyGpus, idleW: standbyGpus * config.gpu.idleNoContextW },
    },
    deployment: {
      scenario: resolved(loaded.scenario, { kinds, workload }),
      kvBlocksPerReplica: common(kinds, kvBlocksOf),
      pools: loaded.pools === undefined ? undefined : kinds.map(poolDeployment),
      host: jointHost(kinds.map((kind) => hostOf(loaded.scenario, kind.config.gpu.id))),
      footing: footingOf(kinds, loaded.pools === undefined ? changed?.changer.footing : undefined),
    },
    changer: changed?.changer,
    limits,
    requests: workload.requests,
    warnings: () => [...engineWarnings(kinds), ...changesMade(loaded), ...workload.warnings()],
    workloadWarnings: workload.warnings,
  };
}

/** @throws UserError also where the router can't do with what is changed. */
function changedEngine(loaded: LoadedScenario, spec: ScenarioSpec) {
  const stream = randomStreams(loaded.scenario.seed);
  const { prefixCaching } = scenarioSpec(loaded.scenario).engine;
  routerOf(loaded, { ...spec, engine: { ...spec.engine, prefixCaching } }, stream);
  const [kind = loaded] = kindsOf(loaded);
  return composeEngine(kind, stream);
}

/** At a higher rate the source has to reach further: the run's horizon ends it. */
function withoutEnd(workload: ScenarioSpec["workload"]): ScenarioSpec["workload"] {
  const { durationS } = workload;
  return { ...workload, durationS: durationS && Number.POSITIVE_INFINITY };
}

function changesMade({ changes }: LoadedScenario): string[] {
  if (changes === undefined) return [];
  return [`the run was changed while it went on: ${changes.list.map(changeText).join("; ")}`];
}

function poolOf({ pool, spec }: ComposedEngine): Pool {
  return { name: pool?.name ?? "", replicas: spec.cluster.replicas };
}

function poolDeployment({ pool, config, limits }: ComposedEngine): PoolDeployment {
  const { gpu, llm, tensorParallel } = config;
  const role = pool?.role ?? null;
  return { role, llm: llm.id, gpu: gpu.id, tensorParallel, kvBlocksPerReplica: limits.kvBlocks };
}

function footingOf(kinds: readonly ComposedEngine[], changed: Footing | undefined): Footing {
  const [first] = kinds;
  if (kinds.length > 1 || first === undefined) return jointFooting(kinds.map(weighed));
  return changed ?? first.footing;
}

function weighed({ footing, replica, spec }: ComposedEngine) {
  return { footing, gpus: spec.cluster.replicas * replica.gpus };
}

/** Of all ranks of a replica. */
function kvBlocksOf({ spec, limits }: ComposedEngine): Blocks {
  return spec.cluster.dataParallel * limits.kvBlocks;
}

/** What all kinds of replicas agree in. */
function common<Value>(
  kinds: readonly ComposedEngine[],
  of: (kind: ComposedEngine) => Value,
): Value | undefined {
  const [first, ...others] = kinds.map(of);
  return others.every((value) => value === first) ? first : undefined;
}

function engineWarnings(kinds: readonly ComposedEngine[]): string[] {
  return kinds.flatMap(({ pool, warnings }) =>
    warnings.map((warning) => (pool === undefined ? warning : `pool ${pool.name}: ${warning}`)),
  );
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
  { requests, replicas }: { requests: number | undefined; replicas: number },
): void {
  const { batchSize, batchWaitS } = spec.engine;
  const { maxConcurrency } = spec.workload;
  const concurrency = users(spec) ?? maxConcurrency;
  if (batchWaitS !== undefined || concurrency === undefined) return;
  if (requests !== undefined && requests <= concurrency) return;
  const needed = replicas * (batchSize - 1) + 1;
  if (concurrency >= needed) return;
  const key = maxConcurrency === undefined ? ["arrivals", "concurrency"] : ["max_concurrency"];
  throw new UserError({
    ...blame(["workload", ...key], loaded.places),
    message:
      `${concurrency} users can all wait in batches that never fill: ` +
      `batch_size ${batchSize} on ${replicas} replicas needs ${needed} of them`,
    hint: "or set engine.batch_wait_ms, after which an unfilled batch starts",
  });
}

function users({ workload }: ScenarioSpec): number | undefined {
  const { arrivals } = workload;
  return arrivals?.kind === "closedLoop" ? arrivals.concurrency : undefined;
}

function hostOf({ site }: NamedScenario, gpuId: string): HostPower | undefined {
  if (site.host === "auto") return hostByGpuId(gpuId);
  if (site.host === "none") return { idleW: 0, activeW: 0 };
  return { idleW: site.host.idle_w, activeW: site.host.active_w };
}

interface Choices {
  readonly kinds: readonly ComposedEngine[];
  readonly workload: ComposedWorkload;
}

/**
 * The scenario with every null that stands for a default replaced by what it came to; where pools
 * differ in it, it stays null.
 */
function resolved(scenario: NamedScenario, { kinds, workload }: Choices): NamedScenario {
  // The static scheduler has no use for vLLM's two limits.
  const agreed = <Value>(of: (limits: EngineLimits) => Value, given: Value | null) => {
    const value = common(kinds, ({ limits }) =>
      limits.scheduler === "static" ? null : of(limits),
    );
    return value === undefined ? given : value;
  };
  const { engine } = scenario;
  const precision = common(kinds, ({ config }) => config.precision.weights);
  return {
    ...scenario,
    engine: {
      ...engine,
      scheduler: common(kinds, ({ limits }) => limits.scheduler) ?? engine.scheduler,
      dtype: common(kinds, ({ config }) => config.precision.dtype) ?? engine.dtype,
      quantization: precision ?? engine.quantization,
      max_num_seqs: agreed(({ maxSeqs }) => maxSeqs, engine.max_num_seqs),
      max_num_batched_tokens: agreed((of) => of.maxBatchedTokens, engine.max_num_batched_tokens),
      max_model_len: common(kinds, (kind) => kind.limits.maxModelLen) ?? engine.max_model_len,
      watermark: agreed(({ watermarkRatio }) => watermarkRatio, engine.watermark),
    },
    workload: { ...scenario.workload, num_requests: workload.requests ?? null },
  };
}
