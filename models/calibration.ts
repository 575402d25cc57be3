import type { Seconds } from "../sim/units.ts";
import type { FittedOn, Kernel } from "./calibrationEntry.ts";
import {
  asTransferred,
  attentionKeys,
  clockKeys,
  curveKeys,
  efficiencyKeys,
  fileKeys,
  fittedMetrics,
  gemmKeys,
  groupSizes,
  kernels,
  merged,
  recordByKernel,
} from "./calibrationEntry.ts";
import type { Bounds, Section, Sourced } from "./entry.ts";
import {
  choice,
  efficiency,
  notNegative,
  positive,
  quantity,
  quantityIfKnown,
  section,
  sourcedIn,
  subsection,
  text,
} from "./entry.ts";
import type { StackTimes, TimeFactors } from "./stackScalars.ts";
import { gemmStartUps, stackTimes, timeFactors } from "./stackScalars.ts";
import type { Stack } from "./stacks.ts";

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
  /** How watts follow MFU: below 1 the first FLOPs draw the most. */
  readonly computeExponent: number;
  readonly capTdpRatio: number;
}

/** How time and watts follow the clock: see models/dvfs.ts. */
export interface ClockConstants {
  readonly dynamicPowerExponent: number;
  readonly lowestVoltageClockRatio: number;
  readonly fullBandwidthClockRatio: number;
}

/**
 * All that a data sheet doesn't say about the speed and power of a GPU under one stack. `layer` and
 * host times are the stack's own where it was fitted on this GPU, else those of its profile.
 */
export interface Calibration extends StackTimes {
  readonly id: string;
  readonly gemm: Readonly<Record<Kernel, GemmConstants>>;
  readonly moe: Readonly<Record<Kernel, MoeConstants>>;
  readonly prefillComputeEfficiencyRatio: number;
  /** Of a KV cache in 16 bits, and in 8. */
  readonly decodeMemoryEfficiencyRatio: number;
  readonly fp8DecodeMemoryEfficiencyRatio: number;
  /** Share of bandwidth at which norms, rotary embedding and activation pass over their tokens. */
  readonly smallKernelMemoryEfficiencyRatio: number;
  readonly timeFactors: TimeFactors;
  readonly allReduce: { readonly fabric: AllReduceConstants; readonly pcie: AllReduceConstants };
  /** Of networks without experts, and with them. */
  readonly power: PowerConstants;
  readonly moePower: PowerConstants;
  readonly clock: ClockConstants;
  readonly fittedOn: readonly FittedOn[];
  /** Kind and source of every number, by its path in the file: "gemm.bf16.exponent". */
  readonly numbers: ReadonlyMap<string, Sourced>;
}

interface Reading {
  /** How errors name the file. */
  readonly path: string;
  readonly gpuId: string;
  readonly stack: Stack;
}

const exponents: Bounds = { min: 1, max: 20 };

/**
 * Reads a chain of parsed calibration files, the outermost base first; later ones win number by
 * number. Throws where a key is unknown or a number is missing in all of them.
 */
export function calibrationFromEntries(chain: readonly unknown[], reading: Reading): Calibration {
  const { path, gpuId, stack } = reading;
  const files = chain.map((entry) => section(entry, path, fileKeys));
  const runs = files.flatMap((from) => (speaksFor(from, gpuId) ? fittedOn(from) : []));
  const pieces = files.map((from) =>
    speaksFor(from, gpuId) ? from.values : asTransferred(from.values),
  );
  const file = section(pieces.reduce(merged, {}), path, fileKeys);
  const attention = subsection(file, "attention", attentionKeys);
  const allReduce = subsection(file, "all_reduce", ["fabric", "pcie"]);
  const power = subsection(file, "power", [...powerKeys, "moe"]);
  const gemm = subsection(file, "gemm", kernels);
  const moe = subsection(file, "moe", [...kernels, "start_up_us"]);
  const startUps = gemmStartUps(file, stack);
  const startUp = {
    layerStartUpS: quantity(file, "layer_start_up_us", notNegative) / 1e6,
    moeStartUpS: quantity(moe, "start_up_us", notNegative) / 1e6,
  };
  return {
    id: text(file, "id"),
    gemm: recordByKernel((kernel) => ({
      ...gemmConstants(gemm, kernel),
      ...(startUps[kernel] !== undefined && { startUpS: startUps[kernel] }),
    })),
    moe: recordByKernel((kernel) => moeConstants(moe, kernel)),
    prefillComputeEfficiencyRatio: quantity(attention, attentionKeys[0], efficiency),
    decodeMemoryEfficiencyRatio: quantity(attention, attentionKeys[1], efficiency),
    fp8DecodeMemoryEfficiencyRatio: quantity(attention, attentionKeys[2], efficiency),
    smallKernelMemoryEfficiencyRatio: quantity(
      file,
      "small_kernel_memory_efficiency_ratio",
      efficiency,
    ),
    ...stackTimes(file, stack, startUp),
    timeFactors: timeFactors(file, stack),
    allReduce: {
      fabric: allReduceConstants(allReduce, "fabric"),
      pcie: allReduceConstants(allReduce, "pcie"),
    },
    power: powerConstants(power),
    moePower: powerConstants(moeVariant(power)),
    clock: clockConstants(file),
    fittedOn: runs,
    numbers: sourcedIn(file.values),
  };
}

function speaksFor({ values: { gpus } }: Section, gpuId: string): boolean {
  return Array.isArray(gpus) && gpus.includes(gpuId);
}

function gemmConstants(parent: Section, kernel: Kernel): GemmConstants {
  const from = subsection(parent, kernel, gemmKeys);
  return {
    computeEfficiencyRatio: quantity(from, "compute_efficiency_ratio", efficiency),
    memoryEfficiencyRatio: quantity(from, "memory_efficiency_ratio", efficiency),
    exponent: quantity(from, "exponent", exponents),
    startUpS: quantity(from, "start_up_us", notNegative) / 1e6,
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
  const byGpus = subsection(from, "link_efficiency_ratio_by_gpus", groupSizes);
  return {
    startUpS: quantity(from, "start_up_us", notNegative) / 1e6,
    growthPerGpuRatio: quantity(from, "growth_per_gpu_ratio", notNegative),
    linkEfficiencies: groupSizes.map((gpus) => ({
      gpus: Number(gpus),
      ratio: quantity(byGpus, gpus, efficiency),
    })),
  };
}

const scaledCurveKeys = [...curveKeys, "compute_exponent", "dynamic_scale_ratio"];
const powerKeys = [...scaledCurveKeys, "cap_tdp_ratio"];

/** The numbers of the variant over those that it leaves as they are; a whole curve has its own scale. */
function moeVariant({ path, values }: Section): Section {
  const { moe = {}, dynamic_scale_ratio: scale, ...dense } = values;
  const own = section(moe, `${path}: moe`, scaledCurveKeys);
  const isWhole = curveKeys.every((key) => own.values[key] !== undefined);
  const inherited = isWhole || scale === undefined ? {} : { dynamic_scale_ratio: scale };
  return { path: own.path, values: { ...dense, ...inherited, ...own.values } };
}

/** The scale multiplies what is drawn on top of idle. */
function powerConstants(power: Section): PowerConstants {
  const scale = quantityIfKnown(power, "dynamic_scale_ratio", positive) ?? 1;
  return {
    busyTdpRatio: scale * quantity(power, "busy_tdp_ratio", notNegative),
    computeTdpRatio: scale * quantity(power, "compute_tdp_ratio", notNegative),
    memoryTdpRatio: scale * quantity(power, "memory_tdp_ratio", notNegative),
    computeExponent: quantity(power, "compute_exponent", { min: 0.1, max: 1 }),
    capTdpRatio: quantity(power, "cap_tdp_ratio", efficiency),
  };
}

function clockConstants(file: Section): ClockConstants {
  const clock = subsection(file, "clock", clockKeys);
  return {
    dynamicPowerExponent: quantity(clock, "dynamic_power_exponent", { min: 1, max: 5 }),
    lowestVoltageClockRatio: quantity(clock, "lowest_voltage_clock_ratio", efficiency),
    fullBandwidthClockRatio: quantity(clock, "full_bandwidth_clock_ratio", efficiency),
  };
}

function fittedOn(file: Section): FittedOn[] {
  const { fitted_on: records = [] } = file.values;
  const path = `${file.path}: fitted_on`;
  if (!Array.isArray(records)) throw new Error(`${path}: expected a list`);
  return records.map((record: unknown, index) => {
    const from = section(record, `${path}[${index}]`, ["architecture", "stack", "metric"]);
    return {
      architecture: text(from, "architecture"),
      stack: text(from, "stack"),
      metric: choice(from, "metric", fittedMetrics),
    };
  });
}
