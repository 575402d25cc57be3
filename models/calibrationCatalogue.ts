import type { Calibration, CalibrationEntry } from "./calibration.ts";
import { calibrationFromEntries } from "./calibration.ts";
import { calibrationEntries } from "./catalogue/calibrations.generated.ts";
import type { GpuSpec } from "./gpu.ts";

/**
 * The catalogue's constants for a GPU: those of the file that names it, else (a user's own GPU)
 * those of its architecture. Throws where neither exists.
 */
export function calibrationFor(gpu: GpuSpec): Calibration {
  const own = calibrationEntries.filter((entry) => entry.gpus.includes(gpu.id));
  if (own.length > 1) {
    const files = own.map((entry) => `${entry.id}.yaml`).join(" and ");
    throw new Error(`models/catalogue/calibrations: ${files} both speak for ${gpu.id}`);
  }
  const entry = own[0] ?? calibrationEntries.find(({ id }) => id === gpu.architecture);
  if (entry === undefined) {
    const known = calibrationEntries.map(({ id }) => id).join(", ");
    throw new Error(
      `${gpu.id}: architecture: no calibration for "${gpu.architecture}"; expected one of ${known}`,
    );
  }
  return calibrationFromEntries(withBases(entry), `models/catalogue/calibrations/${entry.id}.yaml`);
}

/** The entry behind its base, that behind its own, and so on: the outermost first. */
function withBases(entry: CalibrationEntry): CalibrationEntry[] {
  const chain = [entry];
  for (let base = entry.base; base !== null; ) {
    const next = calibrationEntries.find(({ id }) => id === base);
    if (next === undefined || chain.includes(next)) {
      throw new Error(`models/catalogue/calibrations/${entry.id}.yaml: base: no way to "${base}"`);
    }
    chain.unshift(next);
    base = next.base;
  }
  return chain;
}
