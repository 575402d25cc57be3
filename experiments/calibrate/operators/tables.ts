import type { Kernel } from "../../../models/calibrationEntry.ts";
import type { Quantization } from "../../../models/llm.ts";
import type { AllReduceRows, KernelRows } from "./aiconfigurator.ts";

/** The kernels that a GPU of aiconfigurator is fitted to. */
export interface KernelSources {
  readonly id: string;
  /** The calibration whose other numbers it keeps. */
  readonly base: string;
  readonly gemm: Readonly<Partial<Record<Kernel, KernelRows>>>;
  readonly moe: Readonly<
    Partial<Record<Kernel, KernelRows & { readonly quantization: Quantization }>>
  >;
  readonly attention: KernelRows;
  /** Decode over a cache in 8 bits; undefined where it was not timed. */
  readonly fp8Attention?: KernelRows;
  readonly allReduce: AllReduceRows & { readonly link: "fabric" | "pcie" };
  readonly smallKernels: SmallKernelSource;
}

/** Where norms, rotary embedding and activation are timed: on this GPU or on another. */
export interface SmallKernelSource {
  readonly table: "vidur" | "llmServingSim";
  readonly name: string;
  readonly gpu: string;
}

const onA100: SmallKernelSource = { table: "vidur", name: "a100", gpu: "A100-SXM" };
const onH100: SmallKernelSource = { table: "vidur", name: "h100", gpu: "H100-SXM" };
const onA40: SmallKernelSource = { table: "vidur", name: "a40", gpu: "A40" };
const on4090: SmallKernelSource = { table: "llmServingSim", name: "RTX4090", gpu: "RTX-4090" };
const onPro6000: SmallKernelSource = {
  table: "llmServingSim",
  name: "RTXPRO6000",
  gpu: "RTX-PRO-6000",
};

/**
 * vLLM's kernels of the newest version that the tables hold; TensorRT-LLM's where they hold none of
 * vLLM's (SmoothQuant int8, weight-only int4) or where vLLM's narrow products are slower than its
 * 16-bit ones, which a later version mends: fp8 on L40S (0.14). fp8 products on B200 (0.19) are
 * slower too and have no other table, so that they stay with the base. Experts in fp8 are those
 * with scales by block, as checkpoints have them; on B200 these kernels are slower than the 16-bit
 * ones, and those with one scale a tensor stand in.
 */
export const kernelSources: readonly KernelSources[] = [
  {
    id: "A100-SXM",
    base: "ampere",
    gemm: {
      bf16: vllm("a100_sxm", "0.14.0", "bfloat16"),
      int8: trtllm("a100_sxm", "1.0.0", "sq"),
      weight_only: trtllm("a100_sxm", "1.0.0", "int4_wo"),
    },
    moe: { bf16: { ...vllm("a100_sxm", "0.14.0", "bfloat16"), quantization: "none" } },
    attention: vllm("a100_sxm", "0.14.0", "bfloat16"),
    allReduce: { ...custom("a100_sxm", "0.14.0"), link: "fabric" },
    smallKernels: onA100,
  },
  {
    id: "H100-SXM",
    base: "hopper",
    gemm: {
      bf16: vllm("h100_sxm", "0.24.0", "bfloat16"),
      fp8: vllm("h100_sxm", "0.24.0", "fp8"),
    },
    moe: modernExperts("h100_sxm"),
    attention: vllm("h100_sxm", "0.24.0", "bfloat16"),
    fp8Attention: vllm("h100_sxm", "0.24.0", "fp8"),
    allReduce: { ...custom("h100_sxm", "0.24.0"), link: "fabric" },
    smallKernels: onH100,
  },
  {
    id: "H200-SXM",
    base: "hopper",
    gemm: {
      bf16: vllm("h200_sxm", "0.19.0", "bfloat16"),
      fp8: vllm("h200_sxm", "0.19.0", "fp8"),
      int8: trtllm("h200_sxm", "1.2.0rc5", "sq"),
      weight_only: trtllm("h200_sxm", "1.2.0rc5", "int4_wo"),
    },
    moe: modernExperts("h200_sxm"),
    attention: vllm("h200_sxm", "0.24.0", "bfloat16"),
    fp8Attention: vllm("h200_sxm", "0.24.0", "fp8"),
    allReduce: { ...custom("h200_sxm", "0.24.0"), link: "fabric" },
    smallKernels: onH100,
  },
  {
    id: "B200-SXM",
    base: "blackwell",
    gemm: {
      bf16: vllm("b200_sxm", "0.19.0", "bfloat16"),
      fp4: vllm("b200_sxm", "0.19.0", "nvfp4"),
    },
    moe: {
      bf16: { ...vllm("b200_sxm", "0.24.0", "bfloat16"), quantization: "none" },
      fp8: { ...vllm("b200_sxm", "0.24.0", "fp8"), quantization: "fp8" },
      fp4: { ...vllm("b200_sxm", "0.24.0", "nvfp4"), quantization: "nvfp4" },
      mxfp4: { ...vllm("b200_sxm", "0.24.0", "w4a8_mxfp4_mxfp8"), quantization: "mxfp4" },
      weight_only: { ...vllm("b200_sxm", "0.24.0", "int4_wo"), quantization: "int4" },
    },
    attention: vllm("b200_sxm", "0.24.0", "bfloat16"),
    fp8Attention: vllm("b200_sxm", "0.24.0", "fp8"),
    allReduce: { ...custom("b200_sxm", "0.24.0"), link: "fabric" },
    smallKernels: onPro6000,
  },
  {
    id: "L40S",
    base: "ada",
    gemm: {
      bf16: vllm("l40s", "0.14.0", "bfloat16"),
      fp8: trtllm("l40s", "1.0.0", "fp8"),
      int8: trtllm("l40s", "1.0.0", "sq"),
      weight_only: trtllm("l40s", "1.0.0", "int4_wo"),
    },
    moe: modernExperts("l40s"),
    attention: vllm("l40s", "0.14.0", "bfloat16"),
    fp8Attention: vllm("l40s", "0.14.0", "fp8"),
    allReduce: {
      ...custom("l40s", "0.22.0"),
      // vLLM's own kernels serve two GPUs on PCIe and no more; beyond that it calls NCCL.
      beyondTwo: { system: "l40s", engine: "nccl", version: "2.27.3", format: "NCCL|" },
      link: "pcie",
    },
    smallKernels: on4090,
  },
];

/** Kernels whose watts were read while they ran in loops, those of a family by their formats. */
export interface KernelPowerSource {
  readonly id: string;
  readonly gemm: readonly (KernelRows & { readonly kernel: Kernel })[];
  /** Of prompts and of decode, by the format of the KV cache. */
  readonly attention: readonly KernelRows[];
}

/**
 * Of H200 alone. Experts are left out: most of their loops sit at the power limit whatever they
 * do, so that a curve of their own would differ manyfold with the cells that it happens to see.
 */
export const kernelPowerSource: KernelPowerSource = {
  id: "H200-SXM",
  gemm: [
    { ...vllm("NVIDIA H200", "0.22.0", "bfloat16"), kernel: "bf16" },
    { ...vllm("NVIDIA H200", "0.22.0", "fp8_block"), kernel: "fp8" },
  ],
  attention: [vllm("NVIDIA H200", "0.22.0", "bfloat16"), vllm("NVIDIA H200", "0.22.0", "fp8")],
};

/** GPUs of which LLMServingSim timed layers and attention. */
export const servingSources = [
  { id: "RTX-4090", base: "ada", name: "RTX4090", smallKernels: on4090 },
  { id: "RTX-PRO-6000", base: "blackwell-gddr", name: "RTXPRO6000", smallKernels: onPro6000 },
] as const;

/** The GPU of which Vidur's table is the only one. */
export const vidurSource = {
  id: "A40",
  base: "ampere-gddr",
  name: "a40",
  attention: "A100-SXM",
  smallKernels: onA40,
};

/** GPUs without tables take the constants of the one with the same architecture and memory. */
export const transfers: Readonly<Record<string, readonly string[]>> = {
  "A100-SXM": ["A100-PCIe-40GB", "A100-PCIe-80GB", "A100-SXM-40GB"],
  "H100-SXM": ["H100-PCIe", "H100-NVL"],
  L40S: ["RTX-6000-Ada", "L4"],
  A40: ["A10", "RTX-A6000", "RTX-3090"],
};

function vllm(system: string, version: string, format: string): KernelRows {
  return { system, engine: "vllm", version, format };
}

function trtllm(system: string, version: string, format: string): KernelRows {
  return { system, engine: "trtllm", version, format };
}

/** vLLM's own all-reduce as a CUDA graph replays it. */
function custom(system: string, version: string): KernelRows {
  return vllm(system, version, "vLLM_custom_graph|vllm_graph");
}

function modernExperts(system: string): KernelSources["moe"] {
  return {
    bf16: { ...vllm(system, "0.24.0", "bfloat16"), quantization: "none" },
    fp8: { ...vllm(system, "0.24.0", "fp8_block"), quantization: "fp8" },
    mxfp4: { ...vllm(system, "0.24.0", "w4a16_mxfp4"), quantization: "mxfp4" },
    weight_only: { ...vllm(system, "0.24.0", "int4_wo"), quantization: "int4" },
  };
}
