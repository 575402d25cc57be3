import type { Sourced } from "./entry.ts";
import { isMapping, isSourced } from "./entry.ts";

/**
 * The kernel families of matrix products. bf16 stands for float16 too; weight_only reads narrow
 * weights and multiplies in 16 bits; mxfp4 is what the GPU does with such weights, in whatever
 * format it multiplies.
 */
export const kernels = ["bf16", "fp8", "int8", "fp4", "mxfp4", "weight_only"] as const;
export type Kernel = (typeof kernels)[number];

export function recordByKernel<Value>(read: (kernel: Kernel) => Value): Record<Kernel, Value> {
  return {
    bf16: read("bf16"),
    fp8: read("fp8"),
    int8: read("int8"),
    fp4: read("fp4"),
    mxfp4: read("mxfp4"),
    weight_only: read("weight_only"),
  };
}

export const efficiencyKeys = ["compute_efficiency_ratio", "memory_efficiency_ratio"] as const;
export const gemmKeys = [...efficiencyKeys, "exponent", "start_up_us"] as const;
export const attentionKeys = [
  "prefill_compute_efficiency_ratio",
  "decode_memory_efficiency_ratio",
  "fp8_decode_memory_efficiency_ratio",
] as const;
export const groupSizes = ["2", "4", "8", "16"] as const;
export const curveKeys = ["busy_tdp_ratio", "compute_tdp_ratio", "memory_tdp_ratio"] as const;
export const clockKeys = [
  "dynamic_power_exponent",
  "lowest_voltage_clock_ratio",
  "full_bandwidth_clock_ratio",
] as const;
/** They stand in place of another number, or multiply the time of their kernels. */
const stackNumbers = [
  "layer_us",
  "moe_layer_us",
  "launch_per_layer_us",
  "prefill_launch_per_layer_us",
  "host_per_step_us",
  "host_per_sequence_us",
  "front_end_ms",
  "mixed_decode_attention_factor",
  "prefill_attention_factor",
  "kv_factor",
  "all_reduce_factor",
] as const;
/** The same for each kernel family. */
export const stackKernelNumbers = ["gemm_factor", "gemm_start_up_us", "moe_factor"] as const;
export const stackKeys = [...stackNumbers, ...stackKernelNumbers] as const;

type Numbers<Key extends string> = { readonly [key in Key]?: Sourced };
type ByName<Name extends string, Value> = { readonly [name in Name]?: Value };

interface AllReduceEntry {
  readonly start_up_us?: Sourced;
  readonly growth_per_gpu_ratio?: Sourced;
  readonly link_efficiency_ratio_by_gpus?: Numbers<(typeof groupSizes)[number]>;
}

type CurveEntry = Numbers<(typeof curveKeys)[number] | "compute_exponent" | "dynamic_scale_ratio">;

type StackScalarsEntry = Numbers<(typeof stackNumbers)[number]> &
  ByName<(typeof stackKernelNumbers)[number], Numbers<Kernel>>;

/** Measured runs of one network on one stack to which scalars or power were fitted, end to end. */
export interface FittedOn {
  /** As `architectureOf` names it, so that releases of one shape are one. */
  readonly architecture: string;
  readonly stack: string;
  readonly metric: (typeof fittedMetrics)[number];
}

export const fittedMetrics = ["latency", "power"] as const;

/** A calibration file: whole, or only what differs from its `base`. */
export interface CalibrationEntry {
  readonly id: string;
  readonly base: string | null;
  /** Catalogue ids that this file speaks for. To any other GPU its numbers are transferred. */
  readonly gpus: readonly string[];
  readonly gemm?: ByName<Kernel, Numbers<(typeof gemmKeys)[number]>>;
  readonly moe?: ByName<Kernel, Numbers<(typeof efficiencyKeys)[number]>> & Numbers<"start_up_us">;
  readonly attention?: Numbers<(typeof attentionKeys)[number]>;
  readonly layer_start_up_us?: Sourced;
  readonly small_kernel_memory_efficiency_ratio?: Sourced;
  readonly all_reduce?: ByName<"fabric" | "pcie", AllReduceEntry>;
  readonly power?: CurveEntry &
    Numbers<"cap_tdp_ratio"> & {
      /** What differs where the network has experts. */
      readonly moe?: CurveEntry;
    };
  readonly clock?: Numbers<(typeof clockKeys)[number]>;
  /** By stack id: what end-to-end runs on this GPU say beyond its kernels. */
  readonly stacks?: ByName<string, StackScalarsEntry>;
  readonly fitted_on?: readonly FittedOn[];
}

export const fileKeys = [
  "id",
  "base",
  "gpus",
  "gemm",
  "moe",
  "attention",
  "layer_start_up_us",
  "small_kernel_memory_efficiency_ratio",
  "all_reduce",
  "power",
  "clock",
  "stacks",
  "fitted_on",
] satisfies readonly (keyof CalibrationEntry)[];

/** `over` wins key by key; a number with its kind and source is one piece. */
export function merged(under: unknown, over: unknown): unknown {
  if (!isMapping(under) || !isMapping(over) || isSourced(over)) return over;
  const both: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) both[key] = merged(both[key], value);
  return both;
}

/** What was measured or fitted on other GPUs than this one is transferred to it. */
export function asTransferred(value: unknown): unknown {
  if (!isMapping(value)) return value;
  if (isSourced(value)) {
    const known = value["kind"] === "fitted" || value["kind"] === "measured";
    return known ? { ...value, kind: "transferred" } : value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, asTransferred(part)] as const),
  );
}
