import type { Errors, HeldOutFit } from "./heldOut.ts";

/** A fit and what it is of. Some of its constants are nuisances that no calibration holds. */
export interface FitReport<Constants extends Named = Named> extends HeldOutFit<Constants> {
  readonly what: string;
  /** The table, the rows used and the error on held-out ones. */
  readonly source: string;
  /** Rows that beat the roofline and were left out. */
  readonly rowsLeftOut: number;
}

type Named = Readonly<Record<string, number>>;

export function reportOf<Constants extends Named>(
  fit: HeldOutFit<Constants>,
  of: { readonly what: string; readonly table: string; readonly timings: number },
): FitReport<Constants> {
  const { rows } = fit.inSample;
  const source = `${of.table}: ${rows} rows, held-out error ${errorText(fit.heldOut)}`;
  return { ...fit, what: of.what, source, rowsLeftOut: of.timings - rows };
}

function errorText({ medianRatio, p90Ratio }: Errors): string {
  const percent = (ratio: number) => Number((100 * ratio).toPrecision(2));
  return `${percent(medianRatio)} / ${percent(p90Ratio)} % (median / P90)`;
}
