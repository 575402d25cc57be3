import type { CalibrationEntry } from "../../models/calibrationEntry.ts";
import type { Sourced } from "../../models/entry.ts";
import { gpuIds } from "../../models/gpuCatalogue.ts";

const round = (value: number): Sourced => ({ value, kind: "assumed", source: "a round number" });

const gemm = (compute: number, memory: number, exponent: number, startUpUs: number) => ({
  compute_efficiency_ratio: round(compute),
  memory_efficiency_ratio: round(memory),
  exponent: round(exponent),
  start_up_us: round(startUpUs),
});

const moe = (compute: number, memory: number) => ({
  compute_efficiency_ratio: round(compute),
  memory_efficiency_ratio: round(memory),
});

const links = ([two, four, eight, sixteen]: readonly [number, number, number, number]) => ({
  "2": round(two),
  "4": round(four),
  "8": round(eight),
  "16": round(sixteen),
});

/** Constants to reckon with by hand, the same for every GPU, whatever the catalogue's fits say. */
export const roundConstants: CalibrationEntry = {
  id: "round",
  base: null,
  gpus: gpuIds(),
  gemm: {
    bf16: gemm(0.8, 0.85, 2.5, 0),
    fp8: gemm(0.55, 0.85, 1.5, 6),
    int8: gemm(0.5, 0.8, 1.5, 6),
    fp4: gemm(0.4, 0.7, 1.5, 10),
    mxfp4: gemm(0.4, 0.7, 1.5, 10),
    weight_only: gemm(0.8, 0.5, 1, 15),
  },
  moe: {
    bf16: moe(0.5, 0.9),
    fp8: moe(0.4, 0.85),
    int8: moe(0.4, 0.85),
    fp4: moe(0.35, 0.7),
    mxfp4: moe(0.4, 0.7),
    weight_only: moe(0.4, 0.4),
    start_up_us: round(45),
  },
  attention: {
    prefill_compute_efficiency_ratio: round(0.65),
    decode_memory_efficiency_ratio: round(0.8),
    fp8_decode_memory_efficiency_ratio: round(0.7),
  },
  small_kernel_memory_efficiency_ratio: round(0.65),
  layer_start_up_us: round(40),
  all_reduce: {
    fabric: {
      start_up_us: round(4),
      growth_per_gpu_ratio: round(0.06),
      link_efficiency_ratio_by_gpus: links([0.55, 0.55, 0.55, 0.1]),
    },
    pcie: {
      start_up_us: round(5),
      growth_per_gpu_ratio: round(0.6),
      link_efficiency_ratio_by_gpus: links([0.6, 0.16, 0.05, 0.02]),
    },
  },
  power: {
    busy_tdp_ratio: round(0.3),
    compute_tdp_ratio: round(0.85),
    memory_tdp_ratio: round(0.2),
    compute_exponent: round(1),
    cap_tdp_ratio: round(0.97),
  },
  clock: {
    dynamic_power_exponent: round(3),
    lowest_voltage_clock_ratio: round(0.6),
    full_bandwidth_clock_ratio: round(0.5),
  },
};
