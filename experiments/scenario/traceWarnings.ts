import type { Seconds } from "../../sim/units.ts";
import type { TraceColumns } from "../../workloads/importers/traceColumns.ts";

/** Of a trace that was not kept, nothing is out of order and the gaps are likely ones. */
type KnownOfTrace = Pick<TraceColumns, "droppedRows" | "remarks"> &
  Partial<Pick<TraceColumns, "arrivalS" | "outOfOrderRows">>;

/** What its user should know of a trace as it was read. */
export function traceWarnings(trace: KnownOfTrace): string[] {
  const { outOfOrderRows = 0, droppedRows, arrivalS, remarks = [] } = trace;
  const warnings: string[] = [];
  if (outOfOrderRows > 0) {
    warnings.push(`${outOfOrderRows} rows of the trace were out of order and were sorted by time`);
  }
  if (droppedRows > 0) {
    warnings.push(`${droppedRows} rows of the trace have no output and were left out`);
  }
  warnings.push(...remarks);
  const gapS = arrivalS === undefined ? undefined : medianStepS(arrivalS);
  if (gapS !== undefined && (gapS > likelyGaps.longestS || gapS < likelyGaps.shortestS)) {
    const side = gapS > likelyGaps.longestS ? "more" : "less";
    const half = `half of the gaps above 0 are ${Number(gapS.toPrecision(3))} s or ${side}`;
    warnings.push(`between arrivals, ${half}; are the times of the trace in another unit?`);
  }
  return warnings;
}

/** Where half of the gaps are outside, times may have been read in another unit. */
export const likelyGaps: { readonly shortestS: Seconds; readonly longestS: Seconds } = {
  shortestS: 1e-4,
  longestS: 100,
};

/** The median of the gaps that are none of 0: many clocks tick slowly. */
function medianStepS(arrivalS: Float64Array): number | undefined {
  const stepsS = arrivalS
    .subarray(1)
    .map((timeS, before) => timeS - (arrivalS[before] ?? timeS))
    .filter((stepS) => stepS > 0)
    .sort();
  return stepsS[Math.floor(stepsS.length / 2)];
}
