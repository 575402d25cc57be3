import fc from "fast-check";
import type { Batcher } from "../../sim/batching/batcher.ts";
import { batchers } from "../../sim/batching/batchers.ts";
import { staticBatch } from "../../sim/batching/staticBatch.ts";
import { schedulingPolicies } from "../../sim/queue/schedulingPolicies.ts";
import { randomStreams } from "../../sim/random.ts";
import type { ReplicaConfig, Speculation } from "../../sim/replicaConfig.ts";
import { leastLoaded } from "../../sim/routing/leastLoaded.ts";
import { roundRobin } from "../../sim/routing/roundRobin.ts";
import type { SimulationConfig } from "../../sim/simulationConfig.ts";
import { specsOf } from "./smallPrompts.ts";
import { possible, type SmallWorld, smallWorldParts } from "./smallWorldParts.ts";
import { listed, replica, stepModel } from "./world.ts";

export type { SmallRequest, SmallWorld } from "./smallWorldParts.ts";

/** Worlds with any features that go together. */
export const smallWorld: fc.Arbitrary<SmallWorld> = fc.record(smallWorldParts).map(possible);

/** One replica with room for all, and nothing beside first come, first served. */
export const plainWorld: SmallWorld = {
  requests: [],
  replicas: 1,
  scheduler: "chunked_prefill",
  policy: "fcfs",
  maxSeqs: 8,
  maxBatchedTokens: 256,
  kvBlocks: 80,
  blockSize: 16,
  watermarkBlocks: 0,
  swaps: false,
  cachesPrefixes: false,
  textTokens: [],
  draftTokens: 0,
  acceptance: "even",
  sequences: undefined,
  classes: undefined,
  timeoutS: undefined,
  maxWaiting: undefined,
  windowTokens: Number.POSITIVE_INFINITY,
  kinkS: Number.POSITIVE_INFINITY,
  contextTokenS: 1e-6,
  frontEndS: 0,
  horizonS: undefined,
  leastLoaded: false,
};

export function configOf(asked: SmallWorld): SimulationConfig {
  const world = possible(asked);
  const oneReplica = replicaOf(world);
  return {
    source: listed(specsOf(world)),
    replicas: Array.from({ length: world.replicas }, () => oneReplica),
    router: world.leastLoaded ? leastLoaded() : roundRobin(),
    frontEndS: world.frontEndS,
    horizonS: world.horizonS,
    classes: world.classes?.map(({ priority, timeoutS, ttftS }, id) => ({
      name: `class ${id}`,
      priority,
      timeoutS,
      serviceLevels: ttftS === undefined ? undefined : { ttftS },
    })),
    timeoutS: world.timeoutS,
    clientsCancel: true,
    serviceLevels: { e2eS: 2 },
    standby: { gpus: 1, idleW: 40 },
  };
}

/** When a static batch starts though it is not full. */
export function batchWaitS({ maxBatchedTokens }: SmallWorld): number | undefined {
  return maxBatchedTokens > 150 ? 0.5 : undefined;
}

/** Whole prompts need a budget that takes the longest; drafts one that takes all of a step. */
export function budgetTokens(world: SmallWorld, maxModelLen: number): number {
  const { scheduler, maxSeqs, draftTokens } = world;
  const least = scheduler === "chunked_prefill" ? 0 : maxModelLen;
  const verified = draftTokens === 0 ? 0 : maxSeqs * (draftTokens + 1);
  return Math.max(world.maxBatchedTokens, least, verified);
}

function replicaOf(world: SmallWorld): ReplicaConfig {
  const { blockSize, watermarkBlocks, sequences, draftTokens } = world;
  const kvBlocks = kvBlocksOf(world);
  const { decoded = 1 } = sequences ?? {};
  // Whoever is let in must fit when nobody else is there, each of its sequences on its own.
  const longest = Math.floor((kvBlocks - watermarkBlocks) / decoded) * blockSize;
  const maxModelLen = Math.min(250, longest);
  return replica({
    stepModel: stepModel(world),
    batcher: batcherOf(world, maxModelLen),
    policy: schedulingPolicies[world.policy],
    kvBlocks,
    blockSize,
    maxModelLen,
    watermarkBlocks,
    cachesPrefixes: world.cachesPrefixes,
    swapBlocks: world.swaps ? world.requests.length * kvBlocks : undefined,
    maxWaiting: world.maxWaiting,
    speculation: draftTokens > 0 ? speculationOf(world) : undefined,
    sequences,
  });
}

/** A static batch holds every block that it may need, so its world gets them. */
function kvBlocksOf({ scheduler, maxSeqs, blockSize, kvBlocks, sequences }: SmallWorld): number {
  if (scheduler !== "static") return kvBlocks;
  const { decoded = 1 } = sequences ?? {};
  return decoded * (Math.ceil((maxSeqs * 400) / blockSize) + maxSeqs);
}

function batcherOf(world: SmallWorld, maxModelLen: number): Batcher {
  const { scheduler, maxSeqs } = world;
  if (scheduler === "static") {
    return staticBatch({ batchSize: maxSeqs, batchWaitS: batchWaitS(world) });
  }
  return batchers[scheduler]({ maxSeqs, maxBatchedTokens: budgetTokens(world, maxModelLen) });
}

function speculationOf({ draftTokens, acceptance }: SmallWorld): Speculation {
  const emissions = (id: number) => {
    if (acceptance === "even") return (steps: number) => 1 + (steps % (draftTokens + 1));
    const draw = randomStreams("drafts")(`replica/${id}`);
    return () => 1 + Math.floor(draw() * (draftTokens + 1));
  };
  return { draftTokens, emissions };
}
