import type { Kernel } from "../../../models/calibrationEntry.ts";
import type { Gemm } from "../../../models/gemm.ts";
import { gemmTimeS } from "../../../models/gemm.ts";
import type { GpuSpec } from "../../../models/gpu.ts";
import type { LlmSpec, Mlp, Quantization } from "../../../models/llm.ts";
import { tokenGemms } from "../../../models/matrices.ts";
import { assert } from "../../../sim/assert.ts";
import type { Seconds, Tokens, Watts } from "../../../sim/units.ts";
import type { HeldOutFit } from "./heldOut.ts";
import { heldOutFit } from "./heldOut.ts";
import { oneLayer } from "./oneLayer.ts";

/** A timed product of a layer, at the peaks of the data sheet. */
export interface GemmTiming {
  readonly gemm: Gemm;
  readonly tokens: Tokens;
  readonly durationS: Seconds;
  /** Where it was metered too. */
  readonly powerW?: Watts;
}

export type GemmFit = HeldOutFit<{
  computeEfficiencyRatio: number;
  memoryEfficiencyRatio: number;
  exponent: number;
  startUpS: number;
}>;

/** What a served network asks for to run on these kernels. */
const quantizations = {
  bf16: "none",
  fp8: "fp8",
  int8: "int8",
  fp4: "nvfp4",
  mxfp4: "mxfp4",
  weight_only: "int4",
} as const satisfies Record<Kernel, Quantization>;

/**
 * The constants of `models/gemm.ts` for one kernel family. Products of one shape are a cluster.
 * Timings below the roofline are left out: their weights came from a cache.
 */
export function fitGemm(timings: readonly GemmTiming[], computeMax = 0.99): GemmFit {
  const rows = timings.flatMap(({ gemm, tokens, durationS: observed }) => {
    const rooflineS = gemmTimeS({ ...gemm, exponent: 1e6 }, tokens);
    const cluster = `${gemm.flopPerToken}, ${gemm.activationBytesPerToken}`;
    return observed < rooflineS ? [] : [{ gemm, tokens, cluster, observed }];
  });
  return heldOutFit({
    rows,
    predict: (constants, { gemm, tokens }) => gemmTimeS(at(gemm, constants), tokens),
    start: {
      computeEfficiencyRatio: Math.min(0.5, computeMax),
      memoryEfficiencyRatio: 0.7,
      exponent: 2,
      startUpS: 5e-6,
    },
    min: { computeEfficiencyRatio: 0.05, memoryEfficiencyRatio: 0.05, exponent: 1, startUpS: 1e-8 },
    max: {
      computeEfficiencyRatio: computeMax,
      memoryEfficiencyRatio: 0.99,
      exponent: 8,
      startUpS: 1e-4,
    },
  });
}

function at(gemm: Gemm, constants: GemmFit["constants"]): Gemm {
  const { computeEfficiencyRatio, memoryEfficiencyRatio, exponent, startUpS } = constants;
  const flopPerS = computeEfficiencyRatio * gemm.flopPerS;
  const bytesPerS = memoryEfficiencyRatio * gemm.bytesPerS;
  return { ...gemm, flopPerS, bytesPerS, exponent, startUpS };
}

/** A product of any shape: the way down of an MLP that is as wide as the shape asks. */
export function productOf(
  gpu: GpuSpec,
  kernel: Kernel,
  { inputs, outputs }: { readonly inputs: number; readonly outputs: number },
): Gemm {
  const mlp = { layers: 1, intermediateSize: inputs, matrices: 2 } as const;
  const parts = { hiddenSize: outputs, mlp };
  return product(
    tokenGemms(oneLayer({ gpu, quantization: quantizations[kernel], parts })),
    "mlp down",
  );
}

/** The four products of a dense layer in 16 bits, in the order in which they run. */
export function layerProducts(
  gpu: GpuSpec,
  layer: Pick<LlmSpec, "hiddenSize" | "attention"> & { readonly mlp: Mlp },
  tensorParallel: number,
): readonly [Gemm, Gemm, Gemm, Gemm] {
  const gemms = tokenGemms(oneLayer({ gpu, tensorParallel, parts: layer }));
  return [
    product(gemms, "query, key, value"),
    product(gemms, "attention output"),
    product(gemms, "mlp up"),
    product(gemms, "mlp down"),
  ];
}

function product(gemms: readonly Gemm[], name: string): Gemm {
  const gemm = gemms.find((candidate) => candidate.name === name);
  assert(gemm !== undefined, `a layer has no product "${name}"`);
  return gemm;
}
