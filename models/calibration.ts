import type { Seconds } from "../sim/units.ts";
import type { Bounds, Section, Sourced } from "./entry.ts";
import {
  choice,
  efficiency,
  isMapping,
  notNegative,
  quantity,
  section,
  subsection,
  text,
} from "./entry.ts";

/**
 * The kernel families of matrix products. bf16 stands for float16 too; weight_only reads narrow
 * weights and multiplies in 16 bits.
 */
const kernels = ["bf16", "fp8", "int8", "fp4", "weight_only"] as const;
export type Kernel = (typeof kernels)[number];

export interface GemmConstants {
  /** Shares of dense peak and of peak bandwidth that large products reach. */
  readonly computeEfficiencyRatio: number;
  readonly memoryEfficiencyRatio: number;
  /** The p of the p-norm that joins compute and memory time: 1 sums them, infinity takes the larger. */
  readonly exponent: number;
  /** GPU-busy seconds of each product beyond what the layer's start-up holds. */
  readonly startUpS: Seconds;
}

export interface MoeConstants {
  readonly computeEfficiencyRatio: number;
  readonly memoryEfficiencyRatio: number;
}

/** An all-reduce takes startUpS x (1 + growthPerGpuRatio x (N - 1)) + 2(N - 1)/N x bytes / (efficiency x link). */
export interface AllReduceConstants {
  readonly startUpS: Seconds;
  readonly growthPerGpuRatio: number;
  /** Share of the link's one-way bandwidth that a ring of up to `gpus` reaches; gpus ascend. */
  readonly linkEfficiencies: readonly { readonly gpus: number; readonly ratio: number }[];
}

/** Watts as shares of TDP: see models/power.ts. */
export interface PowerConstants {
  readonly busyTdpRatio: number;
  readonly computeTdpRatio: number;
  readonly memoryTdpRatio: number;
  readonly capTdpRatio: number;
}

/** What a prediction rests on; constants that are assumed alone leave it at `datasheet`. */
export type Basis = (typeof bases)[number];
const bases = ["measured", "fitted", "transferred", "datasheet"] as const;

/** Everything about a GPU's speed and power that its data sheet does not say. */
export interface Calibration {
  readonly id: string;
  readonly basis: { readonly latency: Basis; readonly power: Basis };
  readonly sources: readonly string[];
  readonly gemm: Readonly<Record<Kernel, GemmConstants>>;
  readonly moe: Readonly<Record<Kernel, MoeConstants>>;
  /** GPU-busy seconds of one layer's experts: router, sort and two grouped products. */
  readonly moeStartUpS: Seconds;
  readonly prefillComputeEfficiencyRatio: number;
  readonly decodeMemoryEfficiencyRatio: number;
  /** GPU-busy seconds in which a layer's kernels start, whatever the batch. */
  readonly layerStartUpS: Seconds;
  readonly allReduce: { readonly fabric: AllReduceConstants; readonly pcie: AllReduceConstants };
  readonly power: PowerConstants;
}

/**
 * A calibration file: whole, or only what differs from its `base`. The sections hold numbers in
 * the nesting that `calibrationFromEntries` reads.
 */
export interface CalibrationEntry {
  readonly id: string;
  readonly base: string | null;
  /** Catalogue ids that this file speaks for. */
  readonly gpus: readonly string[];
  readonly basis?: { readonly latency: string; readonly power: string };
  readonly gemm?: Readonly<Record<string, Readonly<Record<string, Sourced>>>>;
  readonly moe?: Readonly<Record<string, Readonly<Record<string, Sourced>> | Sourced>>;
  readonly attention?: Readonly<Record<string, Sourced>>;
  readonly layer_start_up_us?: Sourced;
  readonly all_reduce?: Readonly<
    Record<string, Readonly<Record<string, Sourced | Readonly<Record<string, Sourced>>>>>
  >;
  readonly power?: Readonly<Record<string, Sourced>>;
}

const fileKeys = [
  "id",
  "base",
  "gpus",
  "basis",
  "gemm",
  "moe",
  "attention",
  "layer_start_up_us",
  "all_reduce",
  "power",
] satisfies readonly (keyof CalibrationEntry)[];

const exponents: Bounds = { min: 1, max: 20 };
const efficiencyKeys = ["compute_efficiency_ratio", "memory_efficiency_ratio"];

/**
 * Reads a chain of parsed calibration files, the outermost base first; later ones win number by
 * number. Throws where a key is unknown or a number is missing in all of them.
 */
export function calibrationFromEntries(chain: readonly unknown[], path: string): Calibration {
  for (const entry of chain) section(entry, path, fileKeys);
  const file = section(chain.reduce(merged, {}), path, fileKeys);
  const basis = subsection(file, "basis", ["latency", "power"]);
  const attentionKeys = [
    "prefill_compute_efficiency_ratio",
    "decode_memory_efficiency_ratio",
  ] as const;
  const attention = subsection(file, "attention", attentionKeys);
  const moe = subsection(file, "moe", [...kernels, "start_up_us"]);
  const allReduce = subsection(file, "all_reduce", ["fabric", "pcie"]);
  return {
    id: text(file, "id"),
    basis: { latency: choice(basis, "latency", bases), power: choice(basis, "power", bases) },
    sources: [...sourcesIn(file.values, new Set())],
    gemm: byKernel(subsection(file, "gemm", kernels), gemmConstants),
    moe: byKernel(moe, moeConstants),
    moeStartUpS: microseconds(moe, "start_up_us"),
    prefillComputeEfficiencyRatio: quantity(attention, attentionKeys[0], efficiency),
    decodeMemoryEfficiencyRatio: quantity(attention, attentionKeys[1], efficiency),
    layerStartUpS: microseconds(file, "layer_start_up_us"),
    allReduce: {
      fabric: allReduceConstants(allReduce, "fabric"),
      pcie: allReduceConstants(allReduce, "pcie"),
    },
    power: powerConstants(file),
  };
}

function byKernel<Constants>(
  parent: Section,
  read: (parent: Section, kernel: Kernel) => Constants,
): Record<Kernel, Constants> {
  return {
    bf16: read(parent, "bf16"),
    fp8: read(parent, "fp8"),
    int8: read(parent, "int8"),
    fp4: read(parent, "fp4"),
    weight_only: read(parent, "weight_only"),
  };
}

function gemmConstants(parent: Section, kernel: Kernel): GemmConstants {
  const from = subsection(parent, kernel, [...efficiencyKeys, "exponent", "start_up_us"]);
  return {
    computeEfficiencyRatio: quantity(from, "compute_efficiency_ratio", efficiency),
    memoryEfficiencyRatio: quantity(from, "memory_efficiency_ratio", efficiency),
    exponent: quantity(from, "exponent", exponents),
    startUpS: microseconds(from, "start_up_us"),
  };
}

function moeConstants(parent: Section, kernel: Kernel): MoeConstants {
  const from = subsection(parent, kernel, efficiencyKeys);
  return {
    computeEfficiencyRatio: quantity(from, "compute_efficiency_ratio", efficiency),
    memoryEfficiencyRatio: quantity(from, "memory_efficiency_ratio", efficiency),
  };
}

function allReduceConstants(parent: Section, link: string): AllReduceConstants {
  const keys = ["start_up_us", "growth_per_gpu_ratio", "link_efficiency_ratio_by_gpus"];
  const from = subsection(parent, link, keys);
  const groups = ["2", "4", "8", "16"];
  const byGpus = subsection(from, "link_efficiency_ratio_by_gpus", groups);
  return {
    startUpS: microseconds(from, "start_up_us"),
    growthPerGpuRatio: quantity(from, "growth_per_gpu_ratio", notNegative),
    linkEfficiencies: groups.map((gpus) => ({
      gpus: Number(gpus),
      ratio: quantity(byGpus, gpus, efficiency),
    })),
  };
}

function powerConstants(file: Section): PowerConstants {
  const keys = ["busy_tdp_ratio", "compute_tdp_ratio", "memory_tdp_ratio", "cap_tdp_ratio"];
  const power = subsection(file, "power", keys);
  return {
    busyTdpRatio: quantity(power, "busy_tdp_ratio", notNegative),
    computeTdpRatio: quantity(power, "compute_tdp_ratio", notNegative),
    memoryTdpRatio: quantity(power, "memory_tdp_ratio", notNegative),
    capTdpRatio: quantity(power, "cap_tdp_ratio", efficiency),
  };
}

function microseconds(from: Section, key: string): Seconds {
  return quantity(from, key, notNegative) / 1e6;
}

/** `over` wins key by key; a number with its kind and source is one piece. */
function merged(under: unknown, over: unknown): unknown {
  if (!isMapping(under) || !isMapping(over) || "value" in over) return over;
  const both: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) both[key] = merged(both[key], value);
  return both;
}

function sourcesIn(value: unknown, found: Set<string>): Set<string> {
  if (!isMapping(value)) return found;
  const { source } = value;
  if (typeof source === "string") return found.add(source);
  for (const part of Object.values(value)) sourcesIn(part, found);
  return found;
}
