import { dataParallelEvidence } from "../../models/dataParallelEvidence.ts";
import { type Evidence, evidenceOf } from "../../models/evidence.ts";
import type { StepConfig } from "../../models/matrices.ts";
import { pipelineEvidence } from "../../models/pipelineEvidence.ts";
import { speculativeEvidence } from "../../models/speculativeEvidence.ts";
import type { RandomStreams } from "../../sim/random.ts";
import type { ReplicaConfig } from "../../sim/replicaConfig.ts";
import type { Footing } from "../report/intervals.ts";
import { refuseEngineContradictions } from "./engineContradictions.ts";
import { stepConfigOf } from "./hardware.ts";
import { type EngineLimits, engineLimits, schedulerOf } from "./limits.ts";
import type { LoadedScenario } from "./load.ts";
import type { PoolName } from "./pools.ts";
import { refuseRanks } from "./refusedRanks.ts";
import { replicaOf, replicaOfRole } from "./replica.ts";
import { type ScenarioSpec, scenarioSpec } from "./spec.ts";
import { type ComposedSpeculation, composeSpeculation } from "./speculation.ts";

/** One kind of replica: its models, its limits, and how far its figures can be trusted. */
export interface ComposedEngine {
  readonly pool: PoolName | undefined;
  readonly spec: ScenarioSpec;
  readonly config: StepConfig;
  readonly limits: EngineLimits;
  readonly replica: ReplicaConfig;
  readonly footing: Footing;
  readonly warnings: readonly string[];
}

function evidenceOfParts(
  { cluster }: ScenarioSpec,
  config: StepConfig,
  speculation: ComposedSpeculation | undefined,
): Evidence {
  const evidence =
    speculation === undefined ? evidenceOf(config) : speculativeEvidence(speculation);
  const laidOut = cluster.pipelineParallel === 1 ? evidence : pipelineEvidence(evidence);
  return dataParallelEvidence(config, laidOut);
}

/** @throws UserError where no engine can be as the scenario says. */
export function composeEngine(loaded: LoadedScenario, stream: RandomStreams): ComposedEngine {
  const spec = scenarioSpec(loaded.scenario);
  const config = stepConfigOf(loaded, spec);
  refuseEngineContradictions(loaded, spec, schedulerOf(spec, config));
  refuseRanks(loaded, spec, config);
  const speculation = composeSpeculation(loaded, spec, config);
  const limits = engineLimits(loaded, spec, config, speculation?.draft);
  const { gpu, llm } = config;
  const replica = replicaOf(spec, { config, speculation, stream }, limits);
  const { pool } = loaded;
  return {
    pool,
    spec,
    config,
    limits,
    replica: replicaOfRole(replica, pool?.role ?? null, limits),
    footing: {
      evidence: evidenceOfParts(spec, config, speculation),
      isMoe: llm.moe !== undefined,
      highestGpuW: spec.cluster.powerCapW ?? gpu.tdpW,
    },
    warnings: [...config.precision.notes, ...(speculation?.warnings ?? []), ...limits.warnings],
  };
}
