import type { Bytes, BytesPerSecond, FlopPerSecond, Watts } from "../sim/units.ts";
import type { Sourced } from "./entry.ts";
import {
  choice,
  notNegative,
  positive,
  quantity,
  quantityIfKnown,
  section,
  subsection,
  text,
} from "./entry.ts";

/** The number formats that tensor cores multiply; each has its own dense peak. */
export const computeTypes = ["bf16", "fp16", "fp8", "int8", "fp4"] as const;
export type ComputeType = (typeof computeTypes)[number];

const linkKinds = ["nvlink", "infinity_fabric", "pcie"] as const;

/** A GPU, reduced to what time, energy and memory depend on. SI units. */
export interface GpuSpec {
  readonly id: string;
  readonly architecture: string;
  /** What the runtime reports, which is less than the marketing number. */
  readonly memoryBytes: Bytes;
  readonly bandwidthBytesPerS: BytesPerSecond;
  /** Dense peaks; undefined where the GPU has no such cores or the rate is unknown. */
  readonly peakFlopPerS: Readonly<Record<ComputeType, FlopPerSecond | undefined>>;
  /** Highest SM clock; undefined where it is unknown, so that none can be locked. */
  readonly smClockMaxHz: number | undefined;
  readonly tdpW: Watts;
  /** Loaded idle: a CUDA context is held, no kernel runs. Memory in use adds nothing. */
  readonly idleContextHeldW: Watts;
  readonly idleNoContextW: Watts;
  readonly interconnect: {
    readonly kind: (typeof linkKinds)[number];
    readonly oneWayBytesPerS: BytesPerSecond;
  };
  readonly hostLinkOneWayBytesPerS: BytesPerSecond;
}

/** A GPU file: one of the catalogue's or a user's own. */
export interface GpuEntry {
  readonly id: string;
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  /** The marketing number. */
  readonly memory_nominal_gb: Sourced;
  readonly memory_usable_gib: Sourced;
  readonly memory_bandwidth_gb_per_s: Sourced;
  readonly peak_dense_tflop_per_s: Readonly<Record<ComputeType, Sourced | null>>;
  readonly sm_clock_max_mhz?: Sourced | null;
  readonly tdp_w: Sourced;
  readonly idle_no_context_w: Sourced;
  readonly idle_context_held_w: Sourced;
  readonly interconnect: { readonly kind: string; readonly one_way_gb_per_s: Sourced };
  readonly host_link_one_way_gb_per_s: Sourced;
  readonly notes?: string;
}

const gpuKeys = [
  "id",
  "name",
  "vendor",
  "architecture",
  "memory_nominal_gb",
  "memory_usable_gib",
  "memory_bandwidth_gb_per_s",
  "peak_dense_tflop_per_s",
  "sm_clock_max_mhz",
  "tdp_w",
  "idle_no_context_w",
  "idle_context_held_w",
  "interconnect",
  "host_link_one_way_gb_per_s",
  "notes",
] satisfies readonly (keyof GpuEntry)[];

/** Reads a parsed GPU file strictly. `path` is how errors name it. */
export function gpuFromEntry(entry: unknown, path: string): GpuSpec {
  const file = section(entry, path, gpuKeys);
  for (const key of ["name", "vendor"]) text(file, key);
  quantity(file, "memory_nominal_gb", positive);
  const peaks = subsection(file, "peak_dense_tflop_per_s", computeTypes);
  const link = subsection(file, "interconnect", ["kind", "one_way_gb_per_s"]);
  const peakFlopPerS = (type: ComputeType): FlopPerSecond | undefined => {
    const teraFlopPerS = quantityIfKnown(peaks, type, positive);
    return teraFlopPerS === undefined ? undefined : teraFlopPerS * 1e12;
  };
  const smClockMaxMhz = quantityIfKnown(file, "sm_clock_max_mhz", positive);
  const spec: GpuSpec = {
    id: text(file, "id"),
    architecture: text(file, "architecture"),
    memoryBytes: quantity(file, "memory_usable_gib", positive) * 2 ** 30,
    bandwidthBytesPerS: quantity(file, "memory_bandwidth_gb_per_s", positive) * 1e9,
    peakFlopPerS: {
      bf16: peakFlopPerS("bf16"),
      fp16: peakFlopPerS("fp16"),
      fp8: peakFlopPerS("fp8"),
      int8: peakFlopPerS("int8"),
      fp4: peakFlopPerS("fp4"),
    },
    smClockMaxHz: smClockMaxMhz === undefined ? undefined : smClockMaxMhz * 1e6,
    tdpW: quantity(file, "tdp_w", positive),
    idleContextHeldW: quantity(file, "idle_context_held_w", notNegative),
    idleNoContextW: quantity(file, "idle_no_context_w", notNegative),
    interconnect: {
      kind: choice(link, "kind", linkKinds),
      oneWayBytesPerS: quantity(link, "one_way_gb_per_s", positive) * 1e9,
    },
    hostLinkOneWayBytesPerS: quantity(file, "host_link_one_way_gb_per_s", positive) * 1e9,
  };
  refuseContradictions(spec, path);
  return spec;
}

function refuseContradictions(gpu: GpuSpec, path: string): void {
  if (gpu.peakFlopPerS.bf16 === undefined && gpu.peakFlopPerS.fp16 === undefined) {
    throw new Error(`${path}: peak_dense_tflop_per_s: expected bf16 or fp16 at least`);
  }
  if (gpu.idleContextHeldW < gpu.idleNoContextW || gpu.idleContextHeldW >= gpu.tdpW) {
    const limits = `idle_no_context_w (${gpu.idleNoContextW}) and tdp_w (${gpu.tdpW})`;
    throw new Error(
      `${path}: idle_context_held_w: expected a value between ${limits}, found ${gpu.idleContextHeldW}`,
    );
  }
}
