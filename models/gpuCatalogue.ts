import { gpuEntries } from "./catalogue/gpus.generated.ts";
import type { GpuEntry, GpuSpec } from "./gpu.ts";
import { gpuFromEntry } from "./gpu.ts";

/** The GPU with this catalogue id; undefined if there is none. */
export function gpuById(id: string): GpuSpec | undefined {
  const entry = gpuEntryById(id);
  return entry && gpuFromEntry(entry, `models/catalogue/gpus/${id}.yaml`);
}

/** The catalogue's entry behind `gpuById`: the source of every number. */
export function gpuEntryById(id: string): GpuEntry | undefined {
  return gpuEntries.find((entry) => entry.id === id);
}

export function gpuIds(): string[] {
  return gpuEntries.map((entry) => entry.id);
}
