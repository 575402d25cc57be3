import type { GpuSpec } from "../../../models/gpu.ts";
import type { Moe, Quantization } from "../../../models/llm.ts";
import { routedExperts } from "../../../models/matrices.ts";
import type { Experts } from "../../../models/moe.ts";
import { expertsTimeS } from "../../../models/moe.ts";
import { assert } from "../../../sim/assert.ts";
import type { Seconds, Tokens } from "../../../sim/units.ts";
import type { HeldOutFit } from "./heldOut.ts";
import { heldOutFit } from "./heldOut.ts";
import { oneLayer } from "./oneLayer.ts";

/** The timed experts of one layer on one GPU, at the peaks of the data sheet. */
export interface ExpertsTiming {
  readonly experts: Experts;
  readonly tokens: Tokens;
  /** Whether the tokens meet as many different experts as they can, and not fewer by skew. */
  readonly balanced: boolean;
  /** Network and division, whose timings are held out together. */
  readonly cluster: string;
  readonly durationS: Seconds;
}

export type MoeFit = HeldOutFit<{
  computeEfficiencyRatio: number;
  memoryEfficiencyRatio: number;
  startUpS: number;
}>;

/**
 * The constants of `models/moe.ts` for one kernel family. A start-up that is
 * given, that of 16-bit experts on the same GPU, is kept. Timings that leave no time to read the experts that
 * are surely met, under skew those of a single token, are left out: they came from a cache.
 */
export function fitMoe(
  timings: readonly ExpertsTiming[],
  { startUpS, computeMax = 0.99 }: { readonly startUpS?: Seconds; readonly computeMax?: number },
): MoeFit {
  const rows = timings.flatMap(({ durationS: observed, ...row }) =>
    observed < expertsTimeS(row.experts, row.balanced ? row.tokens : 1)
      ? []
      : [{ ...row, observed }],
  );
  return heldOutFit({
    rows,
    predict: (constants, { experts, tokens }) => {
      const flopPerS = constants.computeEfficiencyRatio * experts.flopPerS;
      const bytesPerS = constants.memoryEfficiencyRatio * experts.bytesPerS;
      const { startUpS } = constants;
      return expertsTimeS({ ...experts, flopPerS, bytesPerS, startUpS }, tokens);
    },
    start: {
      computeEfficiencyRatio: Math.min(0.4, computeMax),
      memoryEfficiencyRatio: 0.7,
      startUpS: startUpS ?? 3e-5,
    },
    min: {
      computeEfficiencyRatio: 0.02,
      memoryEfficiencyRatio: 0.02,
      startUpS: startUpS ?? 1e-7,
    },
    max: {
      computeEfficiencyRatio: computeMax,
      memoryEfficiencyRatio: 0.99,
      startUpS: startUpS ?? 1e-3,
    },
  });
}

/** The gated experts of a layer on one GPU of `tensorParallel`. */
export function expertsOf(
  gpu: GpuSpec,
  quantization: Quantization,
  {
    hiddenSize,
    tensorParallel,
    ...counts
  }: Pick<Moe, "experts" | "expertsPerToken" | "intermediateSize"> & {
    readonly hiddenSize: number;
    readonly tensorParallel: number;
  },
): Experts {
  const moe = { layers: 1, sharedIntermediateSize: 0, matrices: 3, ...counts } as const;
  const config = oneLayer({ gpu, quantization, tensorParallel, parts: { hiddenSize, moe } });
  const experts = routedExperts(config);
  assert(experts !== undefined, "a network with experts has none");
  return experts;
}
