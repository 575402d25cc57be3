import type { Attention } from "../../../models/attention.ts";
import {
  decodeAttentionBytes,
  decodeAttentionFlop,
  prefillAttentionBytes,
  prefillAttentionFlop,
} from "../../../models/attention.ts";
import { gemmBytes, gemmFlop } from "../../../models/gemm.ts";
import type { GpuSpec } from "../../../models/gpu.ts";
import { assert } from "../../../sim/assert.ts";
import type { Bytes, FlopPerSecond, Seconds, Watts } from "../../../sim/units.ts";
import type { CsvRow } from "../../csvTable.ts";
import { textIn } from "../../csvTable.ts";
import type { CalibratedNumber } from "../writeCalibration.ts";
import type { KernelRows } from "./aiconfigurator.ts";
import { attentionTimings, gemmTimings } from "./aiconfigurator.ts";
import { peakAttention } from "./attention.ts";
import type { KernelWatts } from "./kernelPower.ts";
import { fitKernelPower, powerCells } from "./kernelPower.ts";
import { powerNumbers } from "./numbers.ts";
import { catalogueGpu } from "./oneLayer.ts";
import type { FitReport } from "./report.ts";
import { reportOf } from "./report.ts";
import type { KernelPowerSource } from "./tables.ts";

/** aiconfigurator's kernel tables of a GPU whose watts were read. */
export interface KernelPowerTables {
  readonly gemm: readonly CsvRow[];
  readonly contextAttention: readonly CsvRow[];
  readonly generationAttention: readonly CsvRow[];
}

/** The power curve of a GPU, from the watts of its kernels. */
export function fromKernelPower(
  tables: KernelPowerTables,
  source: KernelPowerSource,
): { readonly numbers: readonly CalibratedNumber[]; readonly report: FitReport } {
  const gpu = catalogueGpu(source.id);
  const rows = kernelWatts(tables, gpu, source);
  const kernels = powerCells(rows).reduce((sum, cell) => sum + cell.rows, 0);
  const report = reportOf(fitKernelPower(gpu, rows), {
    what: "power",
    table: `${sourceText(source)}, medians of ${kernels} kernels in cells of family, MFU and MBU`,
    timings: rows.length,
  });
  return { numbers: powerNumbers(report), report };
}

/** Each with the FLOPs and bytes that the step model counts, over the seconds that it took. */
export function kernelWatts(
  tables: KernelPowerTables,
  gpu: GpuSpec,
  source: KernelPowerSource,
): KernelWatts[] {
  const gemm = tables.gemm.map((row) => asTimed(row, { dtype: textIn(row, "gemm_dtype") }));
  const unwindowed = (row: CsvRow) => row["window_size"] === "0";
  const phased = (rows: readonly CsvRow[], phase: string) =>
    rows.filter(unwindowed).map((row) => asTimed(row, { phase }));
  const attention = [
    ...phased(tables.contextAttention, "context"),
    ...phased(tables.generationAttention, "generation"),
  ];
  return [
    ...source.gemm.flatMap((choice) => gemmWatts(gemm, gpu, choice)),
    ...source.attention.flatMap((choice) => [
      ...attentionWatts(attention, gpu, { choice, phase: "context" }),
      ...attentionWatts(attention, gpu, { choice, phase: "generation" }),
    ]),
  ];
}

/** The same names as in the tables without watts. */
function asTimed(row: CsvRow, more: CsvRow): CsvRow {
  const [system, fw] = [textIn(row, "device"), textIn(row, "framework").toLowerCase()];
  return { ...row, system, fw, latency_ms: textIn(row, "latency"), ...more };
}

function gemmWatts(
  table: readonly CsvRow[],
  gpu: GpuSpec,
  choice: KernelPowerSource["gemm"][number],
): KernelWatts[] {
  const { kernel } = choice;
  return gemmTimings(table, choice, { gpu, kernel }).map(({ gemm, tokens, durationS, powerW }) =>
    wattsOf(gpu, {
      family: `${kernel} products`,
      flop: gemmFlop(gemm, tokens),
      peakFlopPerS: gemm.peakFlopPerS,
      bytes: gemmBytes(gemm, tokens),
      durationS,
      powerW,
    }),
  );
}

function attentionWatts(
  table: readonly CsvRow[],
  gpu: GpuSpec,
  { choice, phase }: { readonly choice: KernelRows; readonly phase: "context" | "generation" },
): KernelWatts[] {
  const layouts = new Map<string, Attention>();
  return attentionTimings(table, choice, phase).map(
    ({ layer, shape, cluster, durationS, powerW }) => {
      const attention = layouts.get(cluster) ?? peakAttention(gpu, layer);
      layouts.set(cluster, attention);
      // Of a batch that only prefills or only decodes, so that one of the two is nothing.
      const flop = prefillAttentionFlop(attention, shape) + decodeAttentionFlop(attention, shape);
      const bytes =
        prefillAttentionBytes(attention, shape) + decodeAttentionBytes(attention, shape);
      const family = `${phase} attention, ${choice.format} cache`;
      const { peakFlopPerS } = attention;
      return wattsOf(gpu, { family, flop, peakFlopPerS, bytes, durationS, powerW });
    },
  );
}

interface KernelRun {
  readonly family: string;
  readonly flop: number;
  readonly peakFlopPerS: FlopPerSecond;
  readonly bytes: Bytes;
  readonly durationS: Seconds;
  readonly powerW: Watts | undefined;
}

function wattsOf(gpu: GpuSpec, run: KernelRun): KernelWatts {
  const { family, durationS, powerW } = run;
  assert(powerW !== undefined, `${family}: a table of watts has none`);
  return {
    family,
    mfu: run.flop / (run.peakFlopPerS * durationS),
    mbu: run.bytes / (gpu.bandwidthBytesPerS * durationS),
    durationS,
    powerW,
  };
}

function sourceText({ gemm }: KernelPowerSource): string {
  const [first] = gemm;
  assert(first !== undefined, "a power source has no products");
  return `aiconfigurator kernel power tables, ${first.system}, ${first.engine} ${first.version}`;
}
