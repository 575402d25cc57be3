import type { TraceColumns } from "../../workloads/importers/traceColumns.ts";

/** What its user should know of a trace as it was read. */
export function traceWarnings(trace: TraceColumns): string[] {
  const { outOfOrderRows, droppedRows, arrivalS, remarks = [] } = trace;
  const warnings: string[] = [];
  if (outOfOrderRows > 0) {
    warnings.push(`${outOfOrderRows} rows of the trace were out of order and were sorted by time`);
  }
  if (droppedRows > 0) {
    warnings.push(`${droppedRows} rows of the trace have no output and were left out`);
  }
  warnings.push(...remarks);
  const gapS = arrivalS === undefined ? undefined : medianStepS(arrivalS);
  if (gapS !== undefined && (gapS > longestLikelyS || gapS < shortestLikelyS)) {
    const side = gapS > longestLikelyS ? "more" : "less";
    const half = `half of the gaps above 0 are ${Number(gapS.toPrecision(3))} s or ${side}`;
    warnings.push(`between arrivals, ${half}; are the times of the trace in another unit?`);
  }
  return warnings;
}

const longestLikelyS = 100;
const shortestLikelyS = 1e-4;

/** The median of the gaps that are none of 0: many clocks tick slowly. */
function medianStepS(arrivalS: Float64Array): number | undefined {
  const stepsS = arrivalS
    .subarray(1)
    .map((timeS, before) => timeS - (arrivalS[before] ?? timeS))
    .filter((stepS) => stepS > 0)
    .sort();
  return stepsS[Math.floor(stepsS.length / 2)];
}
