import type { Watts } from "../sim/units.ts";
import type { CalibrationEntry } from "./calibrationEntry.ts";
import { curveKeys } from "./calibrationEntry.ts";
import type { Sourced } from "./entry.ts";
import type { GpuSpec } from "./gpu.ts";

type PowerEntry = NonNullable<CalibrationEntry["power"]>;
type Curve = NonNullable<PowerEntry["moe"]>;

/** A GPU whose power curve was fitted, and the curve's shares of its TDP. */
export interface PowerDonor {
  readonly gpu: GpuSpec;
  readonly power: PowerEntry;
}

/** Whether a file's own numbers make a curve: what is assumed gives way to a transferred one. */
export function hasCurve(power: PowerEntry | undefined): boolean {
  return curveKeys.every((key) => (power?.[key]?.kind ?? "assumed") !== "assumed");
}

export function isFitted(power: PowerEntry | undefined): boolean {
  return curveKeys.every((key) => ["fitted", "measured"].includes(power?.[key]?.kind ?? ""));
}

/**
 * The curve of a GPU without a fit, from the nearest one with: what kernels and compute draw goes
 * with the range between idle and TDP, what memory draws with the geometric mean of this range and
 * the bandwidth. undefined where no GPU is fitted.
 */
export function transferredPower(
  gpu: GpuSpec,
  donors: readonly PowerDonor[],
): PowerEntry | undefined {
  const nearest = donors.toSorted(
    (a, b) => distance(gpu, a.gpu) - distance(gpu, b.gpu) || (a.gpu.id < b.gpu.id ? -1 : 1),
  )[0];
  if (nearest === undefined) return undefined;
  const { moe, ...dense } = nearest.power;
  const scaled = (curve: Curve) => scaledCurve(curve, { from: nearest.gpu, to: gpu });
  return { ...scaled(dense), ...(moe && { moe: scaled(moe) }) };
}

/** Another architecture is as far as e times the TDP, the idle share or the bandwidth per watt. */
function distance(gpu: GpuSpec, other: GpuSpec): number {
  const apart = (of: (spec: GpuSpec) => number) => Math.abs(Math.log(of(gpu) / of(other)));
  return (
    (gpu.architecture === other.architecture ? 0 : 1) +
    apart(({ tdpW }) => tdpW) +
    apart(({ idleContextHeldW, tdpW }) => idleContextHeldW / tdpW) +
    apart(({ bandwidthBytesPerS, tdpW }) => bandwidthBytesPerS / tdpW)
  );
}

function scaledCurve(
  curve: Curve,
  { from, to }: { readonly from: GpuSpec; readonly to: GpuSpec },
): Curve {
  const range = dynamicW(to) / dynamicW(from);
  const bandwidth = to.bandwidthBytesPerS / from.bandwidthBytesPerS;
  // The curve is in shares of TDP, so that the watts of the one are divided by that of the other.
  const perTdp = from.tdpW / to.tdpW;
  const source = `models/powerTransfer.ts: from ${from.id} by TDP, idle watts and bandwidth`;
  const scale = (curve.dynamic_scale_ratio?.value ?? 1) * perTdp;
  const number = (share: Sourced | undefined, wattsRatio: number) =>
    share && { value: share.value * scale * wattsRatio, kind: "transferred" as const, source };
  const busy = number(curve.busy_tdp_ratio, range);
  const compute = number(curve.compute_tdp_ratio, range);
  const memory = number(curve.memory_tdp_ratio, Math.sqrt(range * bandwidth));
  const { compute_exponent: exponent } = curve;
  return {
    ...(exponent && { compute_exponent: { ...exponent, kind: "transferred" as const, source } }),
    ...(busy && { busy_tdp_ratio: busy }),
    ...(compute && { compute_tdp_ratio: compute }),
    ...(memory && { memory_tdp_ratio: memory }),
  };
}

function dynamicW({ tdpW, idleContextHeldW }: GpuSpec): Watts {
  return tdpW - idleContextHeldW;
}
