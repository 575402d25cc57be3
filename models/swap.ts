import type { BatchShape, StepCost } from "../sim/ports.ts";
import type { Bytes, BytesPerSecond, Joules, Seconds } from "../sim/units.ts";
import type { GpuSpec } from "./gpu.ts";
import type { StepConfig } from "./matrices.ts";
import type { PowerCurve } from "./power.ts";
import { uncappedPowerW } from "./power.ts";
import { kvBytesPerTokenPerGpu } from "./weights.ts";

/** What it takes to move the KV cache of one token between the memories of GPUs and host. */
export interface HostCopy {
  readonly perTokenS: Seconds;
  /** Of all GPUs together. */
  readonly energyPerTokenJ: Joules;
  /** On each GPU. */
  readonly bytesPerToken: Bytes;
  readonly bandwidthBytesPerS: BytesPerSecond;
}

/**
 * Share of the host link's one-way rate that swapping reaches. Assumed: large pinned copies reach
 * 0.8 to 0.9, and copies block by block and layer by layer (8-72 KB), as engines that swap make
 * them, a fourth or fifth of it: by so much did vLLM 0.12 gain when it joined them (its blog,
 * January 2026).
 */
const hostCopyRatio = 0.2;

/** What copies of KV blocks between a GPU and its host reach. */
export function hostCopyBytesPerS({ hostLinkOneWayBytesPerS }: GpuSpec): BytesPerSecond {
  return hostCopyRatio * hostLinkOneWayBytesPerS;
}

/**
 * Each GPU moves its part over its own link, all at once. Meanwhile no kernel runs: the GPU holds its
 * context and draws what the power curve says of memory at the rate of the copy.
 */
export function hostCopy(config: StepConfig, power: PowerCurve): HostCopy {
  const { gpu, llm, precision, tensorParallel } = config;
  const bytesPerToken = kvBytesPerTokenPerGpu(llm, precision.kvBytesPerElement, tensorParallel);
  const bytesPerS = hostCopyBytesPerS(gpu);
  const { bandwidthBytesPerS } = gpu;
  const mbu = Math.min(1, bytesPerS / bandwidthBytesPerS);
  const uncappedW = uncappedPowerW(power, { dutyRatio: 0, mfu: 0, mbu });
  const perTokenS = bytesPerToken / bytesPerS;
  return {
    perTokenS,
    energyPerTokenJ: tensorParallel * Math.min(power.capW, uncappedW) * perTokenS,
    bytesPerToken,
    bandwidthBytesPerS,
  };
}

/** Puts the step's swapping before it; of a step that only decodes, the sequences pay for it. */
export function addSwap(copy: HostCopy, shape: Readonly<BatchShape>, cost: StepCost): void {
  const { swappedTokens, decodeSeqs } = shape;
  const energyJ = swappedTokens * copy.energyPerTokenJ;
  const stepS = cost.durationS;
  const durationS = stepS + swappedTokens * copy.perTokenS;
  const movedS = (swappedTokens * copy.bytesPerToken) / copy.bandwidthBytesPerS;
  cost.durationS = durationS;
  cost.energyJ += energyJ;
  if (shape.prefillTokens === 0 && decodeSeqs > 0) cost.energyPerSeqJ += energyJ / decodeSeqs;
  cost.mfu *= stepS / durationS;
  cost.mbu = (cost.mbu * stepS + movedS) / durationS;
}
