import type { Kernel } from "../../../models/calibrationEntry.ts";
import type { Seconds } from "../../../sim/units.ts";
import type { CalibratedNumber } from "../writeCalibration.ts";
import type { AllReduceFit } from "./allReduce.ts";
import type { DecodeAttentionFit, PrefillAttentionFit } from "./attention.ts";
import type { GemmFit } from "./gemm.ts";
import type { KernelPowerFit } from "./kernelPower.ts";
import type { MoeFit } from "./moe.ts";
import type { FitReport } from "./report.ts";
import type { SmallKernelsFit } from "./smallKernels.ts";

/**
 * The start-up of 16-bit products is held in that of the layer. Another family's own is what it
 * takes longer, as where activations are quantised first.
 */
export function gemmNumbers(
  kernel: Kernel,
  report: FitReport<GemmFit["constants"]>,
  bf16StartUpS: Seconds,
): CalibratedNumber[] {
  const { constants, source } = report;
  const shared = [
    number(report, "computeEfficiencyRatio", ["gemm", kernel, "compute_efficiency_ratio"]),
    number(report, "memoryEfficiencyRatio", ["gemm", kernel, "memory_efficiency_ratio"]),
    number(report, "exponent", ["gemm", kernel, "exponent"]),
  ];
  if (kernel === "bf16") return shared;
  const longerS = Math.max(0, constants.startUpS - bf16StartUpS);
  const path = ["gemm", kernel, "start_up_us"];
  return [
    ...shared,
    { path, value: 1e6 * longerS, kind: "fitted", source, standardError: undefined },
  ];
}

export function attentionNumbers(
  prefill: FitReport<PrefillAttentionFit["constants"]>,
  decode: FitReport<DecodeAttentionFit["constants"]>,
  fp8Decode?: FitReport<DecodeAttentionFit["constants"]>,
): CalibratedNumber[] {
  const memory = (report: typeof decode, key: string) =>
    number(report, "memoryEfficiencyRatio", ["attention", key]);
  return [
    number(prefill, "computeEfficiencyRatio", ["attention", "prefill_compute_efficiency_ratio"]),
    memory(decode, "decode_memory_efficiency_ratio"),
    ...(fp8Decode ? [memory(fp8Decode, "fp8_decode_memory_efficiency_ratio")] : []),
  ];
}

/** Transferred where they were timed on another GPU than this one. */
export function smallKernelsNumber(gpu: string, { report, gpu: timedOn }: SmallKernelsFound) {
  const path = ["small_kernel_memory_efficiency_ratio"];
  const fitted = number(report, "memoryEfficiencyRatio", path);
  if (timedOn === gpu) return fitted;
  const source = `as on ${timedOn}: ${fitted.source}`;
  return { ...fitted, kind: "transferred", source } as const;
}

/** All families have one start-up, which 16-bit experts give. */
export function moeNumbers(
  kernel: Kernel,
  report: FitReport<MoeFit["constants"]>,
): CalibratedNumber[] {
  const shared = [
    number(report, "computeEfficiencyRatio", ["moe", kernel, "compute_efficiency_ratio"]),
    number(report, "memoryEfficiencyRatio", ["moe", kernel, "memory_efficiency_ratio"]),
  ];
  if (kernel !== "bf16") return shared;
  return [...shared, number(report, "startUpS", ["moe", "start_up_us"], 1e6)];
}

export function allReduceNumbers(
  link: "fabric" | "pcie",
  report: FitReport<AllReduceFit["constants"]>,
): CalibratedNumber[] {
  const at = ["all_reduce", link];
  const byGpus = [...at, "link_efficiency_ratio_by_gpus"];
  return [
    number(report, "startUpS", [...at, "start_up_us"], 1e6),
    number(report, "growthPerGpuRatio", [...at, "growth_per_gpu_ratio"]),
    number(report, "linkRatio2", [...byGpus, "2"]),
    number(report, "linkRatio4", [...byGpus, "4"]),
    number(report, "linkRatio8", [...byGpus, "8"]),
  ];
}

/** As loops of kernels drew them, whose start-up counts as busy. */
export function powerNumbers(report: FitReport<KernelPowerFit["constants"]>): CalibratedNumber[] {
  return [
    number(report, "busyTdpRatio", ["power", "busy_tdp_ratio"]),
    number(report, "computeTdpRatio", ["power", "compute_tdp_ratio"]),
    number(report, "memoryTdpRatio", ["power", "memory_tdp_ratio"]),
  ];
}

/** Seconds in which kernels start, and the GPU on which they were timed. */
export interface StartUp {
  readonly startUpS: Seconds;
  readonly gpu: string;
}

/** What tables of layers say of norms, rotary embedding and activation on the GPU that they name. */
export interface SmallKernelsFound extends StartUp {
  readonly report: FitReport<SmallKernelsFit["constants"]>;
}

/** Bottom-up: four products, decode attention, and norms, rotary embedding and activation. */
export function layerStartUp(
  gpu: string,
  parts: { readonly product: StartUp; readonly attention: StartUp; readonly small: StartUp },
): CalibratedNumber {
  const { product, attention, small } = parts;
  const shown = (part: StartUp) => {
    const us = Number((1e6 * part.startUpS).toPrecision(3));
    return part.gpu === gpu ? `${us} us` : `${us} us as on ${part.gpu}`;
  };
  const borrowed = [product, attention, small].some((part) => part.gpu !== gpu);
  return {
    path: ["layer_start_up_us"],
    value: 1e6 * (4 * product.startUpS + attention.startUpS + small.startUpS),
    kind: borrowed ? "transferred" : "fitted",
    source: `bottom-up: 4 products of ${shown(product)}, attention ${shown(attention)}, small kernels ${shown(small)}`,
    standardError: undefined,
  };
}

function number<Constants extends Readonly<Record<string, number>>>(
  { constants, standardErrors, source }: FitReport<Constants>,
  name: keyof Constants & string,
  path: readonly string[],
  scale = 1,
): CalibratedNumber {
  const error = standardErrors.get(name);
  return {
    path,
    value: scale * (constants[name] ?? Number.NaN),
    kind: "fitted",
    source,
    standardError: error === undefined ? undefined : scale * error,
  };
}
