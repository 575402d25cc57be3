import type { CsvRow } from "../../csvTable.ts";
import { servingSmallKernels, servingSmallKernelsS } from "./llmServingSim.ts";
import type { SmallKernelsFound } from "./numbers.ts";
import { catalogueGpu } from "./oneLayer.ts";
import { reportOf } from "./report.ts";
import { fitSmallKernels } from "./smallKernels.ts";
import type { SmallKernelSource } from "./tables.ts";
import { vidurSmallKernels, vidurSmallKernelsS } from "./vidur.ts";

/** The tables of layers, by who timed them. */
export interface LayerTables {
  readonly vidur: readonly CsvRow[];
  readonly llmServingSim: readonly CsvRow[];
}

export function smallKernelsFound(
  tables: LayerTables,
  { table, name, gpu }: SmallKernelSource,
): SmallKernelsFound {
  const of = { name, gpu: catalogueGpu(gpu) };
  const isVidur = table === "vidur";
  const rows = tables[table];
  const timings = isVidur ? vidurSmallKernels(rows, of) : servingSmallKernels(rows, of);
  const report = reportOf(fitSmallKernels(timings), {
    what: "small kernels",
    table: isVidur
      ? `Vidur layer operators, ${name}, norms, rotary embedding and activation`
      : `LLMServingSim dense layers, ${name}, vLLM, norms, rotary embedding and activation`,
    timings: timings.length,
  });
  const startUpS = isVidur ? vidurSmallKernelsS(rows, name) : servingSmallKernelsS(rows, name);
  return { startUpS, gpu, report };
}
