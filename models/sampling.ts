import type { Bytes, BytesPerSecond, Seconds } from "../sim/units.ts";
import type { StepConfig } from "./matrices.ts";
import type { SamplingMethod } from "./samplingMethod.ts";

/** What choosing costs beyond the largest logit, which the fitted constants hold. */
interface Extra {
  /** Times that 4 bytes for each word of the vocabulary are read or written. */
  readonly passes: number;
  readonly kernels: number;
}

/**
 * Counted from the operators of samplers written in PyTorch, less the one read of greedy: assumed.
 * temperature: scale 2, softmax 3, draw noise 1, divide 3, argmax 1.
 * top_p: these, and a radix sort of 32-bit keys with 64-bit indices (4 rounds of 7), softmax 3,
 * running sum 2, mask 2, scatter back 4.
 * beam, each beam a row: log-softmax 3, add the beam's score 2, select the best 2n of n rows 5.
 */
const extras: Readonly<Record<Exclude<SamplingMethod, "greedy">, Extra>> = {
  temperature: { passes: 9, kernels: 4 },
  top_p: { passes: 48, kernels: 17 },
  beam: { passes: 9, kernels: 6 },
};

const logitBytes = 4;
/** Samplers run outside of graphs: the 7-10 us of an eager launch, of which the kernel is a part. */
const kernelStartUpS: Seconds = 8e-6;

/** Choosing the words of a step on one GPU: it only moves bytes. */
export interface Sampling {
  readonly bytesPerRow: Bytes;
  readonly bytesPerS: BytesPerSecond;
  readonly startUpS: Seconds;
}

/** undefined where choosing costs nothing more. Every GPU holds the logits of the whole vocabulary. */
export function samplingOf(config: StepConfig): Sampling | undefined {
  const { sampling = "greedy", llm, gpu, calibration, stack } = config;
  if (sampling === "greedy") return undefined;
  const { passes, kernels } = extras[sampling];
  return {
    bytesPerRow: passes * llm.vocabSize * logitBytes,
    bytesPerS:
      calibration.smallKernelMemoryEfficiencyRatio *
      stack.kernelEfficiencyRatio *
      gpu.bandwidthBytesPerS,
    startUpS: kernels * kernelStartUpS * stack.kernelStartUpRatio,
  };
}

export function samplingTimeS(sampling: Sampling, rows: number): Seconds {
  return rows === 0 ? 0 : (rows * sampling.bytesPerRow) / sampling.bytesPerS + sampling.startUpS;
}
