import type { StepConfig } from "../../models/matrices.ts";
import { pipelinedModel } from "../../models/pipeline.ts";
import { speculativeModel } from "../../models/speculative.ts";
import { hostCopyBytesPerS } from "../../models/swap.ts";
import type { Batcher } from "../../sim/batching/batcher.ts";
import { batchers } from "../../sim/batching/batchers.ts";
import { schedulingPolicies } from "../../sim/queue/schedulingPolicies.ts";
import type { RandomStreams } from "../../sim/random.ts";
import type { ReplicaConfig } from "../../sim/replicaConfig.ts";
import type { Blocks, Watts } from "../../sim/units.ts";
import { hostBlocks } from "./hostBlocks.ts";
import type { EngineLimits } from "./limits.ts";
import type { ScenarioSpec } from "./spec.ts";
import { type ComposedSpeculation, emissionsOf } from "./speculation.ts";

interface ReplicaParts {
  readonly config: StepConfig;
  readonly speculation: ComposedSpeculation | undefined;
  readonly stream: RandomStreams;
}

/** Batcher, step model and memory of one replica; replicas are alike and share them. */
export function replicaOf(
  spec: ScenarioSpec,
  { config, speculation, stream }: ReplicaParts,
  limits: EngineLimits,
): ReplicaConfig {
  const { engine } = spec;
  const stages = spec.cluster.pipelineParallel;
  const { maxBatchedTokens } = limits;
  const gpus = config.tensorParallel * stages;
  return {
    stepModel:
      speculation === undefined
        ? pipelinedModel({ config, stages, maxBatchedTokens })
        : speculativeModel(speculation),
    speculation: speculationOf(spec, speculation, stream),
    batcher: batcherOf(spec, limits),
    policy: schedulingPolicies[engine.schedulingPolicy],
    maxWaiting: engine.maxWaiting,
    maxModelLen: limits.maxModelLen,
    kvBlocks: limits.kvBlocks,
    blockSize: engine.blockSize,
    watermarkBlocks: limits.watermarkBlocks,
    swapBlocks: swapBlocksOf(spec, config),
    cachesPrefixes: engine.prefixCaching,
    offload: offloadOf(spec, config),
    sequences: sequencesOf(spec),
    gpus,
    idleW: gpus * config.gpu.idleContextHeldW,
    downW: downWattsOf(spec, config, gpus),
  };
}

/** GPUs of a replica that is down are powered and hold no context, unless the scenario says what they draw. */
function downWattsOf(
  { cluster: { failures } }: ScenarioSpec,
  { gpu }: StepConfig,
  gpus: number,
): Watts | undefined {
  return failures && gpus * (failures.downGpuW ?? gpu.idleNoContextW);
}

function batcherOf(spec: ScenarioSpec, limits: EngineLimits): Batcher {
  const { scheduler, maxBatchedTokens, maxPromptTokens } = limits;
  if (scheduler === "static") {
    const { batchSize, batchWaitS, padToTokens } = spec.engine;
    return batchers.static({ batchSize, batchWaitS, padToTokens, maxPromptTokens });
  }
  const { decoded = 1 } = sequencesOf(spec) ?? {};
  const maxSeqs = Math.floor(limits.maxSeqs / decoded);
  // Each micro-batch has a budget of its own.
  const stages = spec.cluster.pipelineParallel;
  return batchers[scheduler]({ maxSeqs, maxBatchedTokens: stages * maxBatchedTokens });
}

function speculationOf(
  { engine: { speculative } }: ScenarioSpec,
  composed: ComposedSpeculation | undefined,
  stream: RandomStreams,
): ReplicaConfig["speculation"] {
  if (speculative === undefined || composed === undefined) return undefined;
  const { draftTokens } = composed;
  return { draftTokens, emissions: emissionsOf(composed, speculative, stream) };
}

/** Samples and beams; undefined where a request decodes as one sequence. */
function sequencesOf({ engine: { sampling } }: ScenarioSpec): ReplicaConfig["sequences"] {
  const decoded = sampling.beams ?? sampling.outputs;
  return decoded === 1 ? undefined : { decoded, returned: sampling.outputs };
}

function swapBlocksOf(
  { engine: { swapBytesPerGpu, blockSize } }: ScenarioSpec,
  config: StepConfig,
): Blocks | undefined {
  return swapBytesPerGpu && hostBlocks(swapBytesPerGpu, config, blockSize);
}

/** A slower link than the host's holds a step up as that does with more tokens. */
function offloadOf(
  { engine: { offload, blockSize } }: ScenarioSpec,
  config: StepConfig,
): ReplicaConfig["offload"] {
  if (offload === undefined) return undefined;
  const bytesPerS = hostCopyBytesPerS(config.gpu);
  return {
    blocks: hostBlocks(offload.bytesPerGpu, config, blockSize),
    linkTokensPerToken: bytesPerS / (offload.bytesPerS ?? bytesPerS),
  };
}

/** A replica of a pool with a role: only who prefills reuses prefixes, or turns requests away. */
export function replicaOfRole(
  replica: ReplicaConfig,
  role: "prefill" | "decode" | null,
  { maxSeqs }: EngineLimits,
): ReplicaConfig {
  if (role === null) return replica;
  if (role === "prefill") return { ...replica, handsOver: true };
  return {
    ...replica,
    takesOver: { maxSeqs },
    cachesPrefixes: false,
    offload: undefined,
    maxWaiting: undefined,
  };
}
