import type { Calibration, GemmConstants } from "../../../models/calibration.ts";
import { calibrationFor } from "../../../models/calibrationCatalogue.ts";
import type { GpuSpec } from "../../../models/gpu.ts";
import { gpuById } from "../../../models/gpuCatalogue.ts";
import type { LlmSpec, Quantization } from "../../../models/llm.ts";
import type { StepConfig } from "../../../models/matrices.ts";
import { resolvePrecision } from "../../../models/precision.ts";
import { stackById } from "../../../models/stackCatalogue.ts";

interface KernelTable {
  readonly gpu: GpuSpec;
  readonly quantization?: Quantization;
  readonly kvCacheDtype?: "auto" | "fp8";
  readonly tensorParallel?: number;
  /** The parts of the network that the kernel sees; the others stay as small as can be. */
  readonly parts: Partial<Pick<LlmSpec, "hiddenSize" | "attention" | "mlp" | "moe">>;
}

/**
 * A network of one layer whose kernels reach every peak of the data sheet and start in no time, so
 * that a kernel table is priced by the formulas of the step model, efficiencies apart.
 */
export function oneLayer({
  gpu,
  parts,
  tensorParallel = 1,
  ...precision
}: KernelTable): StepConfig {
  const llm: LlmSpec = {
    id: "one layer",
    hiddenSize: 1,
    layers: 1,
    vocabSize: 1,
    maxPositionEmbeddings: Number.MAX_SAFE_INTEGER,
    attention: { kind: "grouped", heads: 1, kvHeads: 1, headDim: 1 },
    slidingWindow: undefined,
    mlp: undefined,
    moe: undefined,
    parameters: onlyRatiosCount,
    checkpoint: {
      dtype: "bfloat16",
      quantization: "none",
      quantized: "none",
      groupSize: undefined,
    },
    ...parts,
  };
  const stack = known(stackById("ideal"), "ideal");
  return {
    gpu,
    llm,
    calibration: peaks(calibrationFor(gpu, stack)),
    stack,
    tensorParallel,
    dataParallel: 1,
    expertParallel: false,
    governor: undefined,
    precision: resolvePrecision(gpu, llm, {
      dtype: "auto",
      quantization: precision.quantization ?? "none",
      kvCacheDtype: precision.kvCacheDtype ?? "auto",
    }),
  };
}

export function catalogueGpu(id: string): GpuSpec {
  return known(gpuById(id), id);
}

/** Bytes of a part are divided by its parameters again. */
const onlyRatiosCount: LlmSpec["parameters"] = {
  total: 1,
  activePerToken: 1,
  embedding: 1,
  lmHead: 1,
  attention: 1,
  denseMlp: 1,
  experts: 1,
  sharedExperts: 1,
  other: 1,
};

function peaks(calibration: Calibration): Calibration {
  const peak: GemmConstants = {
    computeEfficiencyRatio: 1,
    memoryEfficiencyRatio: 1,
    exponent: 1,
    startUpS: 0,
  };
  const all = { bf16: peak, fp8: peak, int8: peak, fp4: peak, mxfp4: peak, weight_only: peak };
  return {
    ...calibration,
    gemm: all,
    moe: all,
    moeStartUpS: 0,
    prefillComputeEfficiencyRatio: 1,
    decodeMemoryEfficiencyRatio: 1,
    fp8DecodeMemoryEfficiencyRatio: 1,
    smallKernelMemoryEfficiencyRatio: 1,
    layerStartUpS: 0,
  };
}

function known<Entry>(entry: Entry | undefined, id: string): Entry {
  if (entry === undefined) throw new Error(`the catalogue lacks ${id}`);
  return entry;
}
