import type { Calibration } from "./calibration.ts";
import { calibrationFromEntries } from "./calibration.ts";
import type { CalibrationEntry } from "./calibrationEntry.ts";
import { calibrationEntries } from "./catalogue/calibrations.generated.ts";
import type { GpuSpec } from "./gpu.ts";
import { gpuById } from "./gpuCatalogue.ts";
import type { PowerDonor } from "./powerTransfer.ts";
import { hasCurve, isFitted, transferredPower } from "./powerTransfer.ts";
import type { Stack } from "./stacks.ts";

const folder = "models/catalogue/calibrations";

/** A calibration that is not the catalogue's, as parsed, and how errors name it. */
export interface OwnCalibration {
  readonly file: string;
  readonly entry: unknown;
  /** The files that it wins over; the catalogue's where not given. */
  readonly over?: readonly CalibrationEntry[];
}

/**
 * The constants of a GPU under a stack, out of the catalogue: those of the file that names the GPU,
 * else (a user's own GPU) those of its architecture. Where no file has a power curve of this GPU,
 * the nearest fitted one is transferred. The numbers of `own` win over all of these. Throws where
 * there are no constants.
 */
export function calibrationFor(
  gpu: GpuSpec,
  stack: Stack,
  { entries = calibrationEntries, own }: CalibrationChoice = {},
): Calibration {
  const chain = calibrationChain(gpu, own?.over ?? entries);
  const path = own?.file ?? `${folder}/${chain.at(-1)?.id}.yaml`;
  const files = own === undefined ? chain : [...chain, own.entry];
  return calibrationFromEntries(files, { path, gpuId: gpu.id, stack });
}

interface CalibrationChoice {
  /** In place of the catalogue's files. */
  readonly entries?: readonly CalibrationEntry[];
  readonly own?: OwnCalibration | undefined;
}

/**
 * The files that hold a GPU's constants, the outermost base first: of each number the last one
 * counts. A transferred power curve comes last.
 */
export function calibrationChain(
  gpu: GpuSpec,
  entries: readonly CalibrationEntry[] = calibrationEntries,
): CalibrationEntry[] {
  const own = entryOf(gpu, entries);
  const chain = withBases(own, entries);
  if (chain.some(({ gpus, power }) => gpus.includes(gpu.id) && hasCurve(power))) return chain;
  const power = transferredPower(gpu, donors(entries));
  if (power === undefined) return chain;
  return [...chain, { id: own.id, base: own.base, gpus: [gpu.id], power }];
}

/** What runs on a GPU say is a file over that of its kernels, and both name it. */
function entryOf(gpu: GpuSpec, entries: readonly CalibrationEntry[]): CalibrationEntry {
  const named = entries.filter((entry) => entry.gpus.includes(gpu.id));
  const own = named.filter(({ id }) => !named.some(({ base }) => base === id));
  if (own.length > 1) {
    const files = own.map((entry) => `${entry.id}.yaml`).join(" and ");
    throw new Error(`${folder}: ${files} both speak for ${gpu.id}`);
  }
  const entry = own[0] ?? entries.find(({ id }) => id === gpu.architecture);
  if (entry !== undefined) return entry;
  const known = entries.map(({ id }) => id).join(", ");
  throw new Error(
    `${gpu.id}: architecture: no calibration for "${gpu.architecture}"; expected one of ${known}`,
  );
}

/** The entry behind its base, that behind its own, and so on. */
function withBases(
  entry: CalibrationEntry,
  entries: readonly CalibrationEntry[],
): CalibrationEntry[] {
  const chain = [entry];
  for (let base = entry.base; base !== null; ) {
    const next = entries.find(({ id }) => id === base);
    if (next === undefined || chain.includes(next)) {
      throw new Error(`${folder}/${entry.id}.yaml: base: no way to "${base}"`);
    }
    chain.unshift(next);
    base = next.base;
  }
  return chain;
}

function donors(entries: readonly CalibrationEntry[]): PowerDonor[] {
  return entries.flatMap(({ gpus, power }) => {
    if (power === undefined || !isFitted(power)) return [];
    return gpus.flatMap((id) => {
      const gpu = gpuById(id);
      return gpu === undefined ? [] : [{ gpu, power }];
    });
  });
}
