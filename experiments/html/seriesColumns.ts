import type { FinishedRun } from "../formats/format.ts";
import { seriesRows } from "../formats/timeSeries.ts";

/** What a run drew and held: a value for each period from the first arrival on. */
export interface SeriesColumns {
  readonly periodS: number;
  readonly gpuW: (number | null)[];
  readonly batch: (number | null)[];
  readonly kvPercent: (number | null)[];
}

/** More are no longer smooth to zoom; longer runs get longer periods. */
const mostPoints = 200_000;

export function seriesColumns(run: FinishedRun): SeriesColumns {
  const periodS = Math.max(1, Math.ceil(run.totals.durationS / mostPoints));
  const columns: SeriesColumns = { periodS, gpuW: [], batch: [], kvPercent: [] };
  for (const [, gpuW, , , , batch, kvRatio] of seriesRows(run, periodS)) {
    columns.gpuW.push(rounded(gpuW, 1));
    columns.batch.push(rounded(batch, 1));
    columns.kvPercent.push(rounded(kvRatio, 100));
  }
  return columns;
}

/** Five digits: more than a picture shows. */
function rounded(value: number | null | undefined, factor: number): number | null {
  return value === null || value === undefined ? null : Number((value * factor).toPrecision(5));
}
