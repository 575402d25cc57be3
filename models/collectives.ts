import type { Bytes, BytesPerSecond, Seconds, Tokens } from "../sim/units.ts";
import type { AllReduceConstants } from "./calibration.ts";
import type { GpuSpec } from "./gpu.ts";

/** Collectives of a step that are alike. */
export interface AllReduces {
  /** Over tensor-parallel GPUs, or with the GPUs of other ranks, whose tokens meet the same experts. */
  readonly kind: "all-reduce" | "all-gather and reduce-scatter";
  readonly count: number;
  readonly startUpS: Seconds;
  readonly bytesPerToken: Bytes;
  /** Bytes of the message over the seconds that moving it takes. */
  readonly messageBytesPerS: BytesPerSecond;
}

/** Seconds of all of them: count x (start-up + message / rate). */
export function allReduceTimeS(reduces: AllReduces, tokens: Tokens): Seconds {
  if (reduces.count === 0) return 0;
  const messageBytes = tokens * reduces.bytesPerToken;
  return reduces.count * (reduces.startUpS + messageBytes / reduces.messageBytesPerS);
}

/** A ring moves 2(N - 1)/N of the message over each GPU's link. */
export function allReduces(
  constants: AllReduceConstants,
  {
    gpu,
    gpus,
    count,
    bytesPerToken,
    factor,
  }: {
    readonly gpu: Pick<GpuSpec, "interconnect">;
    readonly gpus: number;
    readonly count: number;
    readonly bytesPerToken: Bytes;
    /** How much longer than the constants say they take. */
    readonly factor: number;
  },
): AllReduces {
  const linkBytesPerS = linkEfficiencyRatio(constants, gpus) * gpu.interconnect.oneWayBytesPerS;
  return {
    kind: "all-reduce",
    count: gpus === 1 ? 0 : count,
    startUpS: factor * constants.startUpS * (1 + constants.growthPerGpuRatio * (gpus - 1)),
    bytesPerToken,
    messageBytesPerS: (linkBytesPerS * gpus) / Math.max(1, 2 * (gpus - 1)) / factor,
  };
}

/** That of the smallest tabled group that holds `gpus`. */
function linkEfficiencyRatio({ linkEfficiencies }: AllReduceConstants, gpus: number): number {
  const row = linkEfficiencies.find((candidate) => candidate.gpus >= gpus);
  if (row !== undefined) return row.ratio;
  throw new Error(`cluster.tensor_parallel_size: expected at most 16, found ${gpus}`);
}
