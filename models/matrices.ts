import { assert } from "../sim/assert.ts";
import type { FlopPerSecond } from "../sim/units.ts";
import type { Calibration } from "./calibration.ts";
import type { Kernel } from "./calibrationEntry.ts";
import type { Gemm } from "./gemm.ts";
import type { Governor } from "./governor.ts";
import type { ComputeType, GpuSpec } from "./gpu.ts";
import type { LatentAttention, LlmSpec, Mlp } from "./llm.ts";
import type { Experts } from "./moe.ts";
import type { Precision } from "./precision.ts";
import type { SamplingMethod } from "./samplingMethod.ts";
import type { Stack } from "./stacks.ts";
import { weightBytesByPart } from "./weights.ts";

/** All that the price of a step depends on besides the batch. */
export interface StepConfig {
  readonly gpu: GpuSpec;
  readonly calibration: Calibration;
  readonly llm: LlmSpec;
  readonly stack: Stack;
  readonly tensorParallel: number;
  /** Groups of tensor-parallel GPUs that share the experts, each with its own batch: one is priced. */
  readonly dataParallel: number;
  /** Whether each GPU holds whole experts; else a part of every one. */
  readonly expertParallel: boolean;
  /** How unevenly routers choose: see `Experts`; evenly where not said. */
  readonly routingSkewRatio?: number | undefined;
  readonly precision: Precision;
  /** What holds the GPU below its own limits; undefined where nothing does. */
  readonly governor: Governor | undefined;
  /** How words are chosen from their logits; greedily where not said. */
  readonly sampling?: SamplingMethod | undefined;
}

/** A matrix on one GPU. */
interface Matrix {
  readonly name: string;
  readonly layers: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly bytesPerWeight: number;
}

const dtypeBytes = 2;

/** The matrices that every token of a step passes, on one GPU. */
export function tokenGemms(config: StepConfig): Gemm[] {
  const { llm, tensorParallel } = config;
  const bytes = bytesPerWeightByPart(config);
  const matrices = attentionMatrices(llm, tensorParallel, bytes.attention);
  if (llm.fusedStates !== undefined) {
    const inputs = llm.fusedStates * llm.hiddenSize;
    const outputs = llm.hiddenSize;
    matrices.push({ name: "fusion", layers: 1, inputs, outputs, bytesPerWeight: dtypeBytes });
  }
  if (llm.mlp !== undefined) {
    matrices.push(...mlpMatrices("mlp", llm.mlp, { config, bytesPerWeight: bytes.denseMlp }));
  }
  if (llm.moe !== undefined) {
    const { layers, experts, sharedIntermediateSize: intermediateSize, ...moe } = llm.moe;
    const router = { layers, inputs: llm.hiddenSize, outputs: experts };
    matrices.push({ name: "router", ...router, bytesPerWeight: dtypeBytes });
    if (intermediateSize > 0) {
      const shared = { layers, intermediateSize, matrices: moe.matrices };
      const bytesPerWeight = bytes.sharedExperts;
      matrices.push(...mlpMatrices("shared expert", shared, { config, bytesPerWeight }));
    }
  }
  return matrices.map((matrix) => gemmOf(config, matrix));
}

/** The output head on one GPU; it stays in 16 bits. */
export function headGemm(config: StepConfig): Gemm {
  const { llm, tensorParallel } = config;
  return gemmOf(config, {
    name: "output head",
    layers: 1,
    inputs: llm.hiddenSize,
    outputs: llm.vocabSize / tensorParallel,
    bytesPerWeight: dtypeBytes,
  });
}

/** The routed experts on one GPU; undefined where there are none. */
export function routedExperts(config: StepConfig): Experts | undefined {
  const { llm, calibration, stack, gpu, dataParallel } = config;
  const { moe, hiddenSize } = llm;
  if (moe === undefined) return undefined;
  const bytesPerWeight = bytesPerWeightByPart(config).experts;
  const { kernel, computeType } = multiplication(config.precision, bytesPerWeight);
  const constants = calibration.moe[kernel];
  const gpus = config.tensorParallel * dataParallel;
  const expertGpus = config.expertParallel ? gpus : 1;
  const width = (moe.intermediateSize * expertGpus) / gpus;
  const weights = moe.matrices * hiddenSize * width;
  const expertsHere = moe.expertsPerToken / expertGpus;
  const peakFlopPerS = peak(gpu, computeType);
  const reached = (ratio: number) =>
    reachedRatio(ratio, { stack, factor: calibration.timeFactors.moeFactor[kernel] });
  return {
    layers: moe.layers,
    experts: moe.experts,
    expertsPerToken: moe.expertsPerToken,
    skewRatio: config.routingSkewRatio ?? 0,
    expertGpus,
    tokensPerToken: dataParallel,
    flopPerToken: 2 * expertsHere * weights,
    activationBytesPerToken: expertsHere * (2 * hiddenSize + moe.matrices * width) * dtypeBytes,
    weightBytesPerExpert: weights * bytesPerWeight,
    peakFlopPerS,
    flopPerS: reached(constants.computeEfficiencyRatio) * peakFlopPerS,
    bytesPerS: reached(constants.memoryEfficiencyRatio) * gpu.bandwidthBytesPerS,
    startUpS: calibration.moeStartUpS * stack.kernelStartUpRatio,
  };
}

/** The kernels that the products and the routed experts of a network run on. */
export function partKernels(config: StepConfig): {
  readonly gemms: readonly Kernel[];
  readonly experts: Kernel | undefined;
} {
  const { llm, precision } = config;
  const bytes = bytesPerWeightByPart(config);
  const of = (bytesPerWeight: number) => multiplication(precision, bytesPerWeight).kernel;
  const products = [of(dtypeBytes), of(bytes.attention)];
  if (llm.mlp !== undefined) products.push(of(bytes.denseMlp));
  return {
    gemms: [...new Set(products)],
    experts: llm.moe === undefined ? undefined : of(bytes.experts),
  };
}

/** Share of a peak that kernels reach under a stack; no factor lifts it above the peak. */
export function reachedRatio(
  efficiencyRatio: number,
  { stack, factor }: { readonly stack: Stack; readonly factor: number },
): number {
  return Math.min(1, (efficiencyRatio * stack.kernelEfficiencyRatio) / factor);
}

/** Dense peak in a format that `resolvePrecision` chose. */
export function peak(gpu: GpuSpec, computeType: ComputeType): FlopPerSecond {
  const flopPerS = gpu.peakFlopPerS[computeType];
  assert(flopPerS !== undefined, `${gpu.id} computes no ${computeType}`);
  return flopPerS;
}

function gemmOf(config: StepConfig, matrix: Matrix): Gemm {
  const { calibration, stack, gpu } = config;
  const { kernel, computeType } = multiplication(config.precision, matrix.bytesPerWeight);
  const constants = calibration.gemm[kernel];
  const peakFlopPerS = peak(gpu, computeType);
  const reached = (ratio: number) =>
    reachedRatio(ratio, { stack, factor: calibration.timeFactors.gemmFactor[kernel] });
  const inputBytes = computeType === "fp8" || computeType === "int8" ? 1 : dtypeBytes;
  return {
    name: matrix.name,
    layers: matrix.layers,
    flopPerToken: 2 * matrix.inputs * matrix.outputs,
    weightBytes: matrix.inputs * matrix.outputs * matrix.bytesPerWeight,
    activationBytesPerToken: matrix.inputs * inputBytes + matrix.outputs * dtypeBytes,
    peakFlopPerS,
    flopPerS: reached(constants.computeEfficiencyRatio) * peakFlopPerS,
    bytesPerS: reached(constants.memoryEfficiencyRatio) * gpu.bandwidthBytesPerS,
    exponent: constants.exponent,
    startUpS: constants.startUpS * stack.kernelStartUpRatio,
  };
}

/** What multiplies a matrix: narrow weights are the quantised ones. */
function multiplication(
  precision: Precision,
  bytesPerWeight: number,
): { kernel: Kernel; computeType: ComputeType } {
  if (bytesPerWeight < dtypeBytes) return precision;
  return { kernel: "bf16", computeType: precision.dtypeComputeType };
}

function bytesPerWeightByPart({ llm, precision }: StepConfig) {
  const bytes = weightBytesByPart(llm, precision.weights);
  const { parameters } = llm;
  return {
    attention: bytes.attention / parameters.attention,
    denseMlp: bytes.denseMlp / parameters.denseMlp,
    experts: bytes.experts / parameters.experts,
    sharedExperts: bytes.sharedExperts / parameters.sharedExperts,
  };
}

/** Every GPU holds heads/N query heads and at least one key-value head. */
function attentionMatrices(
  { layers, hiddenSize, attention }: LlmSpec,
  tensorParallel: number,
  bytesPerWeight: number,
): Matrix[] {
  if (attention.kind === "latent") {
    return latentMatrices(attention, { layers, hiddenSize, tensorParallel, bytesPerWeight });
  }
  const queries = (attention.heads / tensorParallel) * attention.headDim;
  const keys = Math.ceil(attention.kvHeads / tensorParallel) * attention.headDim;
  const common = { layers, bytesPerWeight };
  return [
    { name: "query, key, value", inputs: hiddenSize, outputs: queries + 2 * keys, ...common },
    { name: "attention output", inputs: queries, outputs: hiddenSize, ...common },
  ];
}

/** Down-projections have no heads to divide, so that every GPU computes them whole. */
function latentMatrices(
  attention: LatentAttention,
  {
    hiddenSize,
    tensorParallel,
    ...common
  }: {
    readonly layers: number;
    readonly hiddenSize: number;
    readonly tensorParallel: number;
    readonly bytesPerWeight: number;
  },
): Matrix[] {
  const { kvLoraRank, qLoraRank, ropeHeadDim, nopeHeadDim, valueHeadDim } = attention;
  const heads = attention.heads / tensorParallel;
  const queries = heads * (nopeHeadDim + ropeHeadDim);
  const matrices = [
    { name: "key, value down", inputs: hiddenSize, outputs: kvLoraRank + ropeHeadDim, ...common },
    {
      name: "key, value up",
      inputs: kvLoraRank,
      outputs: heads * (nopeHeadDim + valueHeadDim),
      ...common,
    },
    { name: "query up", inputs: qLoraRank ?? hiddenSize, outputs: queries, ...common },
    { name: "attention output", inputs: heads * valueHeadDim, outputs: hiddenSize, ...common },
  ];
  if (qLoraRank === undefined) return matrices;
  return [{ name: "query down", inputs: hiddenSize, outputs: qLoraRank, ...common }, ...matrices];
}

function mlpMatrices(
  name: string,
  { layers, intermediateSize, matrices }: Mlp,
  { config, bytesPerWeight }: { readonly config: StepConfig; readonly bytesPerWeight: number },
): Matrix[] {
  const { hiddenSize } = config.llm;
  const width = intermediateSize / config.tensorParallel;
  const common = { layers, bytesPerWeight };
  return [
    { name: `${name} up`, inputs: hiddenSize, outputs: (matrices - 1) * width, ...common },
    { name: `${name} down`, inputs: width, outputs: hiddenSize, ...common },
  ];
}
