import { datasetById } from "../../workloads/datasets.ts";
import type { TraceColumns } from "../../workloads/importers/traceColumns.ts";
import { drawnDataset } from "../frozenWorkload.ts";

/** The first requests of a built-in data set, as the seed 42 draws them. */
export function drawnLengths(asked: { dataset: string; requests: number }): TraceColumns {
  const entry = datasetById(asked.dataset);
  if (entry === undefined) throw new Error(`invariant broken: no data set ${asked.dataset}`);
  return drawnDataset(entry, { requests: asked.requests }).columns;
}
