import type { Joules, Seconds, Watts } from "../sim/units.ts";
import type { Sourced } from "./entry.ts";
import { notNegative, quantity, section } from "./entry.ts";

/** Watts of a node beside its GPUs, for each GPU. */
export interface HostPower {
  readonly idleW: Watts;
  /** While a step is in flight. */
  readonly activeW: Watts;
}

/** An item of models/catalogue/hosts.yaml; its id is that of a GPU. */
export interface HostEntry {
  readonly id: string;
  readonly idle_w_per_gpu: Sourced;
  readonly active_w_per_gpu: Sourced;
}

/** Where a scenario does not say. */
export const siteDefaults = {
  pue: { value: 1.2, kind: "assumed", source: "as Vidur-Energy assumes (arXiv 2507.11417)" },
  carbonGPerKwh: {
    value: 380,
    kind: "assumed",
    source: "near the US grid average, 373 g/kWh (EPA eGRID 2022, recalled)",
  },
  pricePerKwh: {
    value: 0.12,
    kind: "assumed",
    source: "near the US commercial average of 2022, USD (EIA, recalled)",
  },
} satisfies Readonly<Record<string, Sourced>>;

const joulesPerKwh = 3.6e6;

/** Reads a parsed host strictly. `path` is how errors name it. */
export function hostFromEntry(entry: unknown, path: string): HostPower {
  const file = section(entry, path, ["id", "idle_w_per_gpu", "active_w_per_gpu"]);
  const idleW = quantity(file, "idle_w_per_gpu", notNegative);
  const activeW = quantity(file, "active_w_per_gpu", notNegative);
  if (activeW >= idleW) return { idleW, activeW };
  throw new Error(`${path}: active_w_per_gpu: expected at least idle_w_per_gpu (${idleW})`);
}

/** Joules of the hosts; unknown where their power is. Times are summed over the GPUs. */
export function hostEnergyJ(
  host: HostPower | undefined,
  { gpuS, busyGpuS }: { readonly gpuS: Seconds; readonly busyGpuS: Seconds },
): Joules | undefined {
  return host && host.idleW * (gpuS - busyGpuS) + host.activeW * busyGpuS;
}

/** Cooling and power distribution included: PUE times the joules of GPUs and hosts. */
export function facilityEnergyJ(totalJ: Joules | undefined, pue: number): Joules | undefined {
  return totalJ === undefined ? undefined : totalJ * pue;
}

export function operationalCarbonG(
  facilityJ: Joules | undefined,
  carbonGPerKwh: number,
): number | undefined {
  return facilityJ === undefined ? undefined : (facilityJ / joulesPerKwh) * carbonGPerKwh;
}

export function energyCost(facilityJ: Joules | undefined, pricePerKwh: number): number | undefined {
  return facilityJ === undefined ? undefined : (facilityJ / joulesPerKwh) * pricePerKwh;
}

/** Rent of all GPUs; unknown where no price is given. */
export function gpuCost(gpuS: Seconds, pricePerHour: number | undefined): number | undefined {
  return pricePerHour === undefined ? undefined : (gpuS / 3600) * pricePerHour;
}
