import type { Kernel } from "../../../models/calibrationEntry.ts";
import { kernels } from "../../../models/calibrationEntry.ts";
import type { GpuSpec } from "../../../models/gpu.ts";
import { assert } from "../../../sim/assert.ts";
import type { CsvRow } from "../../csvTable.ts";
import type { KernelRows } from "./aiconfigurator.ts";
import {
  type AllReduceRows,
  allReduceTimings,
  attentionTimings,
  expertsTimings,
  gemmTimings,
} from "./aiconfigurator.ts";
import { fitAllReduce } from "./allReduce.ts";
import { fitDecodeAttention, fitPrefillAttention } from "./attention.ts";
import type { GemmFit } from "./gemm.ts";
import { fitGemm } from "./gemm.ts";
import type { MoeFit } from "./moe.ts";
import { fitMoe } from "./moe.ts";
import type { SmallKernelsFound } from "./numbers.ts";
import {
  allReduceNumbers,
  attentionNumbers,
  gemmNumbers,
  layerStartUp,
  moeNumbers,
  smallKernelsNumber,
} from "./numbers.ts";
import { catalogueGpu } from "./oneLayer.ts";
import type { OperatorCalibration } from "./operatorCalibration.ts";
import type { FitReport } from "./report.ts";
import { reportOf } from "./report.ts";
import type { KernelSources } from "./tables.ts";

/** aiconfigurator's tables. */
export interface KernelTables {
  readonly gemm: readonly CsvRow[];
  readonly attention: readonly CsvRow[];
  readonly moe: readonly CsvRow[];
  readonly allReduce: readonly CsvRow[];
}

/** A GPU whose kernels aiconfigurator timed one by one. */
export function fromKernelTables(
  tables: KernelTables,
  sources: KernelSources,
  small: SmallKernelsFound,
): OperatorCalibration {
  const gpu = catalogueGpu(sources.id);
  const gemms = gemmReports(tables.gemm, gpu, sources.gemm);
  const bf16 = gemms.get("bf16");
  assert(bf16 !== undefined, `${gpu.id} has no table of 16-bit products`);
  const decode = decodeReport(tables.attention, gpu, sources.attention);
  const prefill = prefillReport(
    tables.attention,
    { gpu, ...sources },
    decode.constants.memoryEfficiencyRatio,
  );
  const fp8Decode =
    sources.fp8Attention && decodeReport(tables.attention, gpu, sources.fp8Attention);
  const experts = moeReports(tables.moe, gpu, sources.moe);
  const reduce = allReduceReport(tables.allReduce, gpu, sources.allReduce);
  const startUp = layerStartUp(gpu.id, {
    product: { startUpS: bf16.constants.startUpS, gpu: gpu.id },
    attention: { startUpS: decode.constants.startUpS, gpu: gpu.id },
    small,
  });
  return {
    gpu: gpu.id,
    base: sources.base,
    numbers: [
      ...[...gemms].flatMap(([kernel, report]) =>
        gemmNumbers(kernel, report, bf16.constants.startUpS),
      ),
      ...[...experts].flatMap(([kernel, report]) => moeNumbers(kernel, report)),
      ...attentionNumbers(prefill, decode, fp8Decode),
      smallKernelsNumber(gpu.id, small),
      startUp,
      ...allReduceNumbers(sources.allReduce.link, reduce),
    ],
    reports: [
      ...gemms.values(),
      ...experts.values(),
      prefill,
      decode,
      ...(fp8Decode ? [fp8Decode] : []),
      ...(small.gpu === gpu.id ? [small.report] : []),
      reduce,
    ],
  };
}

function gemmReports(
  table: readonly CsvRow[],
  gpu: GpuSpec,
  sources: KernelSources["gemm"],
): Map<Kernel, FitReport<GemmFit["constants"]>> {
  const reports = new Map<Kernel, FitReport<GemmFit["constants"]>>();
  for (const kernel of kernels) {
    const choice = sources[kernel];
    if (choice === undefined) continue;
    const timings = gemmTimings(table, choice, { gpu, kernel });
    const wide = reports.get("bf16")?.constants.computeEfficiencyRatio;
    // Weight-only products multiply in 16 bits and can't be faster than 16-bit ones.
    const fit = kernel === "weight_only" ? fitGemm(timings, wide) : fitGemm(timings);
    const of = { what: `gemm ${kernel}`, table: named("GEMM", choice), timings: timings.length };
    reports.set(kernel, reportOf(fit, of));
  }
  return reports;
}

function decodeReport(table: readonly CsvRow[], gpu: GpuSpec, choice: KernelRows) {
  const timings = attentionTimings(table, choice, "generation");
  return reportOf(fitDecodeAttention(gpu, timings), {
    what: `decode attention, ${choice.format} cache`,
    table: named("generation attention", choice),
    timings: timings.length,
  });
}

function prefillReport(
  table: readonly CsvRow[],
  { gpu, attention }: { readonly gpu: GpuSpec; readonly attention: KernelRows },
  decodeMemoryEfficiencyRatio: number,
) {
  const timings = attentionTimings(table, attention, "context");
  return reportOf(fitPrefillAttention(gpu, timings, decodeMemoryEfficiencyRatio), {
    what: "prefill attention",
    table: named("context attention", attention),
    timings: timings.length,
  });
}

function moeReports(
  table: readonly CsvRow[],
  gpu: GpuSpec,
  sources: KernelSources["moe"],
): Map<Kernel, FitReport<MoeFit["constants"]>> {
  const reports = new Map<Kernel, FitReport<MoeFit["constants"]>>();
  for (const kernel of kernels) {
    const choice = sources[kernel];
    if (choice === undefined) continue;
    const timings = expertsTimings(table, choice, { gpu, quantization: choice.quantization });
    const wide = reports.get("bf16")?.constants;
    const fit = fitMoe(timings, {
      ...(wide && { startUpS: wide.startUpS }),
      ...(wide && kernel === "weight_only" && { computeMax: wide.computeEfficiencyRatio }),
    });
    const of = { what: `moe ${kernel}`, table: named("MoE", choice), timings: timings.length };
    reports.set(kernel, reportOf(fit, of));
  }
  return reports;
}

function allReduceReport(table: readonly CsvRow[], gpu: GpuSpec, choice: AllReduceRows) {
  const timings = allReduceTimings(table, choice, gpu);
  const { beyondTwo } = choice;
  const beyond =
    beyondTwo === undefined ? "" : `; beyond two GPUs ${beyondTwo.engine} ${beyondTwo.version}`;
  return reportOf(fitAllReduce(timings), {
    what: "all-reduce",
    table: `${named("all-reduce", choice)}${beyond}`,
    timings: timings.length,
  });
}

function named(what: string, { system, engine, version, format }: KernelRows): string {
  return `aiconfigurator ${what} table, ${system}, ${engine} ${version}, ${format}`;
}
