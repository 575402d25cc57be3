import type { DatasetEntry } from "./dataset.ts";
import { datasetEntries } from "./datasets.generated.ts";

/** A built-in data set; undefined where none has this id. */
export function datasetById(id: string): DatasetEntry | undefined {
  return datasetEntries.find((entry) => entry.id === id);
}

export function datasetIds(): readonly string[] {
  return datasetEntries.map((entry) => entry.id);
}
