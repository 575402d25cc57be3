import fc from "fast-check";
import { chunkedPrefill } from "../../sim/batching/chunkedPrefill.ts";
import { staticBatch } from "../../sim/batching/staticBatch.ts";
import { leastLoaded } from "../../sim/routing/leastLoaded.ts";
import { roundRobin } from "../../sim/routing/roundRobin.ts";
import type { SimulationConfig } from "../../sim/simulationConfig.ts";
import { listed, replica, request, stepModel } from "./world.ts";

/** Everything that decides a random small world, as plain data, so that a failure can be read. */
export interface SmallWorld {
  readonly requests: readonly { gapS: number; promptTokens: number; outputTokens: number }[];
  readonly replicas: number;
  readonly scheduler: "chunked_prefill" | "static";
  readonly maxSeqs: number;
  readonly maxBatchedTokens: number;
  readonly kvBlocks: number;
  readonly blockSize: number;
  readonly windowTokens: number;
  readonly kinkS: number;
  readonly contextTokenS: number;
  readonly frontEndS: number;
  readonly horizonS: number | undefined;
  readonly leastLoaded: boolean;
}

const requests = fc.array(
  fc.record({
    gapS: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 2, noNaN: true })),
    promptTokens: fc.integer({ min: 1, max: 150 }),
    outputTokens: fc.integer({ min: 1, max: 120 }),
  }),
  { minLength: 1, maxLength: 25 },
);

export const smallWorld: fc.Arbitrary<SmallWorld> = fc.record({
  requests,
  replicas: fc.integer({ min: 1, max: 3 }),
  scheduler: fc.constantFrom("chunked_prefill", "chunked_prefill", "static"),
  maxSeqs: fc.integer({ min: 1, max: 8 }),
  maxBatchedTokens: fc.integer({ min: 8, max: 300 }),
  kvBlocks: fc.integer({ min: 20, max: 80 }),
  blockSize: fc.constantFrom(1, 4, 16),
  windowTokens: fc.constantFrom(Number.POSITIVE_INFINITY, 40, 7),
  kinkS: fc.constantFrom(Number.POSITIVE_INFINITY, 0.0108),
  contextTokenS: fc.constantFrom(0, 1e-6, 1e-4),
  frontEndS: fc.constantFrom(0, 0.015),
  horizonS: fc.oneof(fc.constant(undefined), fc.double({ min: 0.1, max: 8, noNaN: true })),
  leastLoaded: fc.boolean(),
});

/** A static batch holds every block that it may need, so its world gets them. */
export function configOf(world: SmallWorld): SimulationConfig {
  const { maxSeqs, maxBatchedTokens, blockSize } = world;
  const isStatic = world.scheduler === "static";
  const kvBlocks = isStatic ? Math.ceil((maxSeqs * 300) / blockSize) + maxSeqs : world.kvBlocks;
  let arrivalS = 0;
  const specs = world.requests.map(({ gapS, promptTokens, outputTokens }) => {
    arrivalS += gapS;
    return request(arrivalS, promptTokens, outputTokens);
  });
  const oneReplica = replica({
    stepModel: stepModel(world),
    batcher: isStatic
      ? staticBatch({ batchSize: maxSeqs, batchWaitS: maxBatchedTokens > 150 ? 0.5 : undefined })
      : chunkedPrefill({ maxSeqs, maxBatchedTokens }),
    kvBlocks,
    blockSize,
    maxModelLen: Math.min(250, kvBlocks * blockSize),
  });
  return {
    source: listed(specs),
    replicas: Array.from({ length: world.replicas }, () => oneReplica),
    router: world.leastLoaded ? leastLoaded() : roundRobin(),
    frontEndS: world.frontEndS,
    horizonS: world.horizonS,
    standby: { gpus: 1, idleW: 40 },
  };
}
