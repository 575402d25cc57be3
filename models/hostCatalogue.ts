import { hostEntries } from "./catalogue/hosts.generated.ts";
import type { HostPower } from "./facility.ts";
import { hostFromEntry } from "./facility.ts";

/** The host of a GPU of the catalogue; undefined where no source is known. */
export function hostByGpuId(id: string): HostPower | undefined {
  const entry = hostEntries.find((candidate) => candidate.id === id);
  return entry && hostFromEntry(entry, `models/catalogue/hosts.yaml: ${id}`);
}
