import type { Bytes, BytesPerSecond, Seconds, Tokens } from "../sim/units.ts";
import type { StepConfig } from "./matrices.ts";

/** What runs between the matrix products of all layers on one GPU: it only moves bytes. */
export interface SmallKernels {
  readonly bytesPerToken: Bytes;
  readonly bytesPerS: BytesPerSecond;
}

/** In 16 bits, whatever the weights are in. */
const elementBytes = 2;

/**
 * Two norms a layer, each of which reads and writes the hidden state and the residual; a rotary
 * embedding that reads and writes queries and keys; an activation that reads the widened halves of
 * an MLP or of a shared expert and writes their product. Routed experts hold their own.
 */
export function smallKernels({
  llm,
  calibration,
  stack,
  gpu,
  tensorParallel,
}: StepConfig): SmallKernels {
  const { layers, hiddenSize, attention, mlp, moe } = llm;
  const heads = attention.heads / tensorParallel;
  const rotated =
    attention.kind === "latent"
      ? (heads + 1) * attention.ropeHeadDim
      : (heads + Math.ceil(attention.kvHeads / tensorParallel)) * attention.headDim;
  const dense = mlp === undefined ? 0 : mlp.layers * mlp.matrices * mlp.intermediateSize;
  const shared = moe === undefined ? 0 : moe.layers * moe.matrices * moe.sharedIntermediateSize;
  const activated = (dense + shared) / tensorParallel;
  const elements = layers * (8 * hiddenSize + 2 * rotated) + activated;
  return {
    bytesPerToken: elementBytes * elements,
    bytesPerS:
      calibration.smallKernelMemoryEfficiencyRatio *
      stack.kernelEfficiencyRatio *
      gpu.bandwidthBytesPerS,
  };
}

/** Beside their start-up, which is the layer's. */
export function smallKernelsTimeS(
  { bytesPerToken, bytesPerS }: SmallKernels,
  tokens: Tokens,
): Seconds {
  return (tokens * bytesPerToken) / bytesPerS;
}
