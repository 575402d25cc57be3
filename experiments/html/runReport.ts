import type { Format } from "../formats/format.ts";
import { seriesRows } from "../formats/timeSeries.ts";
import { runPage, type SeriesColumns } from "./runPage.ts";

/** More are no longer smooth to zoom; longer runs get longer periods. */
const mostPoints = 200_000;

/** A page of a run, with what it drew and held over time. */
export const runReport: Format = (file) => ({
  finish(run) {
    const periodS = Math.max(1, Math.ceil(run.totals.durationS / mostPoints));
    const series: SeriesColumns = { periodS, timeS: [], gpuW: [], batch: [], kvRatio: [] };
    for (const [timeS, gpuW, , , , batch, kvRatio] of seriesRows(run, periodS)) {
      series.timeS.push(timeS ?? 0);
      series.gpuW.push(rounded(gpuW));
      series.batch.push(rounded(batch));
      series.kvRatio.push(rounded(kvRatio));
    }
    file.write(runPage(run.result, series));
  },
});

/** Five digits: more than a picture shows. */
function rounded(value: number | null | undefined): number | null {
  return value === null || value === undefined ? null : Number(value.toPrecision(5));
}
