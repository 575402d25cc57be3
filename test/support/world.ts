import { chunkedPrefill } from "../../sim/batching/chunkedPrefill.ts";
import type {
  BatchShape,
  RequestSource,
  RequestSpec,
  StepCost,
  StepModel,
} from "../../sim/ports.ts";
import type { ReplicaConfig } from "../../sim/replicaConfig.ts";
import { roundRobin } from "../../sim/routing/roundRobin.ts";
import type { SimulationConfig } from "../../sim/simulationConfig.ts";

export interface StepConstants {
  readonly stepS: number;
  readonly prefillTokenS: number;
  readonly prefillPairS: number;
  readonly decodeSeqS: number;
  readonly contextTokenS: number;
  /** Watts of a step grow with the root of the share of it that decode context takes, like MBU's. */
  readonly lowW: number;
  readonly highW: number;
  /** A step that lasts longer than this draws highW: a kink, like a power cap. */
  readonly kinkS: number;
  readonly windowTokens: number;
}

const plain: StepConstants = {
  stepS: 0.01,
  prefillTokenS: 1e-4,
  prefillPairS: 1e-8,
  decodeSeqS: 1e-4,
  contextTokenS: 1e-6,
  lowW: 300,
  highW: 500,
  kinkS: Number.POSITIVE_INFINITY,
  windowTokens: Number.POSITIVE_INFINITY,
};

/** A step model that is small enough to check by hand, with every feature the engine relies on. */
export function stepModel(constants: Partial<StepConstants> = {}): StepModel {
  const { stepS, prefillTokenS, prefillPairS, decodeSeqS, contextTokenS, ...rest } = {
    ...plain,
    ...constants,
  };
  return {
    windowTokens: rest.windowTokens,
    prefillFlop: { perToken: 1e4, perPair: 1, perWindowPair: 1 },
    price: (shape: Readonly<BatchShape>, cost: StepCost): void => {
      const { prefillPairs, prefillWindowPairs, decodeContextTokens, decodeWindowTokens } = shape;
      const keys = (decodeContextTokens + decodeWindowTokens) / 2;
      const contextS = contextTokenS * keys;
      cost.gpuBusyS =
        prefillTokenS * shape.prefillTokens +
        (prefillPairS * (prefillPairs + prefillWindowPairs)) / 2 +
        decodeSeqS * shape.decodeTokens +
        1e-5 * shape.swappedTokens +
        contextS;
      cost.durationS = stepS + cost.gpuBusyS;
      const shareRatio = contextS / cost.durationS;
      cost.regime = cost.durationS > rest.kinkS ? 1 : 0;
      const powerW =
        cost.regime === 1
          ? rest.highW
          : rest.lowW + (rest.highW - rest.lowW) * Math.sqrt(0.2 + 0.8 * shareRatio);
      cost.energyJ = powerW * cost.durationS;
      cost.energyPerContextTokenJ =
        decodeContextTokens > 0 ? (cost.energyJ * shareRatio) / decodeContextTokens : 0;
      cost.energyPerSeqJ =
        shape.decodeSeqs > 0 ? (cost.energyJ * (1 - shareRatio)) / shape.decodeSeqs : 0;
      cost.mfu = Math.min(1, cost.gpuBusyS / cost.durationS / 2);
      cost.mbu = shareRatio;
    },
  };
}

export function replica(overrides: Partial<ReplicaConfig> = {}): ReplicaConfig {
  return {
    stepModel: stepModel(),
    batcher: chunkedPrefill({ maxSeqs: 8, maxBatchedTokens: 256 }),
    maxModelLen: 1024,
    kvBlocks: 1000,
    blockSize: 16,
    gpus: 1,
    idleW: 100,
    ...overrides,
  };
}

export function listed(specs: readonly RequestSpec[]): RequestSource {
  const inOrder = specs.values();
  return { next: () => inOrder.next().value };
}

/** One replica, requests as listed; whatever is named overrides. */
export function world(
  specs: readonly RequestSpec[],
  overrides: Partial<SimulationConfig> = {},
): SimulationConfig {
  return {
    source: listed(specs),
    replicas: [replica()],
    router: roundRobin(),
    frontEndS: 0,
    ...overrides,
  };
}

export function request(arrivalS: number, promptTokens: number, outputTokens: number): RequestSpec {
  return { arrivalS, promptTokens, outputTokens };
}
