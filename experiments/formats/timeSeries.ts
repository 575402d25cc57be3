import { csvCell } from "../csvCell.ts";
import { isParquetName } from "../files.ts";
import { type ParquetColumn, parquetRows } from "../parquet/parquetWriter.ts";
import { enginesIn } from "../report/engines.ts";
import type { FinishedRun, Format } from "./format.ts";

const columns: readonly ParquetColumn[] = [
  { name: "time_s", type: "DOUBLE" },
  { name: "gpu_w", type: "DOUBLE" },
  { name: "per_gpu_w", type: "DOUBLE" },
  { name: "highest_step_per_gpu_w", type: "DOUBLE" },
  { name: "busy_ratio", type: "DOUBLE" },
  { name: "running_seqs", type: "DOUBLE" },
  { name: "kv_cache", type: "DOUBLE" },
];

/**
 * A row for each `periodS`, a whole number of seconds: means over it, as NVML averages its samples.
 * Parquet where the file's name says so, else CSV.
 */
export function timeSeries(periodS: number): Format {
  return (file, path) => ({
    finish(run) {
      if (isParquetName(path)) {
        const table = parquetRows(file, columns);
        for (const row of seriesRows(run, periodS)) table.add(row);
        table.finish();
        return;
      }
      file.write(`${columns.map(({ name }) => name).join(",")}\n`);
      for (const row of seriesRows(run, periodS)) file.write(`${row.map(csvCell).join(",")}\n`);
    },
  });
}

/** The rows of the series, in the order of its columns. */
export function* seriesRows(
  { totals, result }: FinishedRun,
  periodS: number,
): Generator<(number | null)[]> {
  const { series, durationS, idleW, gpus, standbyGpus } = totals;
  if (series === undefined) return;
  const engines = enginesIn(totals, result.scenario.cluster);
  for (let startS = 0; startS < durationS; startS += periodS) {
    // The last period ends with the run.
    const spanS = Math.min(periodS, durationS - startS);
    const sum = { gpuJ: idleW * spanS, busyGpuS: 0, seqS: 0, kvRatioS: 0, highestRunW: 0 };
    series.addUp(sum, startS, startS + spanS);
    const gpuW = sum.gpuJ / spanS;
    yield [
      startS,
      gpuW,
      gpuW / (gpus + standbyGpus),
      // Without a step in flight there is none.
      sum.highestRunW === 0 ? null : sum.highestRunW,
      sum.busyGpuS / (gpus * spanS),
      sum.seqS / spanS,
      sum.kvRatioS / (engines * spanS),
    ];
  }
}
