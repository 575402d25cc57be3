import type { Bytes } from "../sim/units.ts";
import type { Kernel } from "./calibrationEntry.ts";
import type { ComputeType, GpuSpec } from "./gpu.ts";
import type { LlmSpec, Quantization } from "./llm.ts";

export interface PrecisionRequest {
  readonly dtype: "auto" | "bfloat16" | "float16";
  /** undefined: as the checkpoint is. */
  readonly quantization: Quantization | undefined;
  readonly kvCacheDtype: "auto" | "fp8";
}

/** How a network runs on a GPU. */
export interface Precision {
  readonly dtype: "bfloat16" | "float16";
  /** The format in which attention and whatever is not quantised multiply. */
  readonly dtypeComputeType: "bf16" | "fp16";
  readonly weights: Quantization;
  /** The format in which quantised matrices multiply, and the kernels that do it. */
  readonly computeType: ComputeType;
  readonly kernel: Kernel;
  readonly kvBytesPerElement: Bytes;
  /** What the user should know about the choice. */
  readonly notes: readonly string[];
}

type Host = Pick<GpuSpec, "id" | "peakFlopPerS">;

/**
 * What a request means on this GPU. A GPU computes only in formats that its cores have: without
 * them fp8, mxfp4 and nvfp4 weights are widened to `dtype` first. Throws where the request asks
 * for what GPU or checkpoint cannot give, naming the key.
 */
export function resolvePrecision(gpu: Host, llm: LlmSpec, request: PrecisionRequest): Precision {
  const dtype = resolvedDtype(gpu, request.dtype);
  const dtypeComputeType = dtype === "bfloat16" ? "bf16" : "fp16";
  const stored = llm.checkpoint.quantization;
  const weights = request.quantization ?? stored;
  const notes: string[] = [];
  if (weights !== "none" && stored !== "none" && weights !== stored) {
    refuseUnlessNarrower(llm.id, { stored, weights });
    notes.push(
      `${weights} re-quantises the published ${stored} checkpoint: experts and MLPs in ${weights}, attention in ${dtype}`,
    );
  }
  if (weights === "none" && stored !== "none") notes.push(`${stored} weights widened to ${dtype}`);
  const native = nativeComputeType(gpu, weights);
  if (native === undefined && ["fp8", "mxfp4", "nvfp4"].includes(weights)) {
    notes.push(`${weights} is weight-only: ${gpu.id} has no such cores`);
  }
  return {
    dtype,
    dtypeComputeType,
    weights,
    computeType: native ?? dtypeComputeType,
    kernel:
      weights === "mxfp4" ? "mxfp4" : (native ?? (weights === "none" ? "bf16" : "weight_only")),
    kvBytesPerElement: request.kvCacheDtype === "fp8" ? 1 : 2,
    notes,
  };
}

/** To what a published format is re-quantised: to fewer bits, or to the 4 bits that cores multiply. */
const requantizations: Readonly<Record<Quantization, readonly Quantization[]>> = {
  none: [],
  fp8: ["int4", "mxfp4", "nvfp4"],
  int8: ["int4", "mxfp4", "nvfp4"],
  int4: ["nvfp4"],
  mxfp4: ["nvfp4"],
  nvfp4: [],
};

function refuseUnlessNarrower(
  id: string,
  { stored, weights }: { readonly stored: Quantization; readonly weights: Quantization },
): void {
  const allowed = requantizations[stored];
  if (allowed.includes(weights)) return;
  const expected = [stored, ...allowed].join(", ");
  throw new Error(
    `engine.quantization: ${id} is published in ${stored}; expected ${expected} or none, found ${weights}, which is no narrower`,
  );
}

function resolvedDtype(gpu: Host, requested: PrecisionRequest["dtype"]): Precision["dtype"] {
  const { bf16, fp16 } = gpu.peakFlopPerS;
  if (requested === "auto") return bf16 === undefined ? "float16" : "bfloat16";
  if ((requested === "bfloat16" ? bf16 : fp16) !== undefined) return requested;
  const other = requested === "bfloat16" ? "float16" : "bfloat16";
  throw new Error(`engine.dtype: ${gpu.id} has no ${requested}; expected ${other} or auto`);
}

/** The narrow format in which quantised matrices multiply; undefined where they are widened. */
function nativeComputeType(gpu: Host, weights: Quantization): "fp8" | "int8" | "fp4" | undefined {
  const { fp8, int8, fp4 } = gpu.peakFlopPerS;
  switch (weights) {
    case "none":
    case "int4":
      return undefined;
    case "fp8":
      return fp8 === undefined ? undefined : "fp8";
    case "int8":
      if (int8 !== undefined) return "int8";
      throw new Error(`engine.quantization: no INT8 rate is known for ${gpu.id}, which int8 needs`);
    case "mxfp4":
      // Activations stay in 8 bits (MXFP8), so that the product runs at the FP8 rate.
      return fp4 === undefined || fp8 === undefined ? undefined : "fp8";
    case "nvfp4":
      return fp4 === undefined ? undefined : "fp4";
  }
}
