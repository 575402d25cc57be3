/** Rows, a law and its constants: what `robustFit` solves. */
export interface FitProblem<Constants extends Named, Row extends FitRow> {
  readonly rows: readonly Row[];
  /** Above 0 wherever the constants are within their bounds. */
  readonly predict: (constants: Constants, row: Row) => number;
  readonly start: Constants;
  /** Bounds of each constant, above 0 and included; where they are equal it is not fitted. */
  readonly min: Constants;
  readonly max: Constants;
  /** 0.1 where not given: rows within 10 % count by the square of their error. */
  readonly huberDelta?: number;
  /** 200 where not given. */
  readonly maxIterations?: number;
}

export interface FitRow {
  /** Above 0. */
  readonly observed: number;
  /** Rows of one cluster err together: standard errors count them as one observation. */
  readonly cluster: string;
}

export type Named = Readonly<Record<string, number>>;

/** @throws Error where a row, a bound or a start is out of range, or rows are fewer than constants. */
export function refuseUnfit<Constants extends Named, Row extends FitRow>(
  problem: FitProblem<Constants, Row>,
): void {
  const { rows, start, min, max } = problem;
  const names = Object.keys(start);
  if (rows.length < names.length) {
    throw new Error(`${names.length} constants cannot be fitted to ${rows.length} rows`);
  }
  const wrong = rows.find(({ observed }) => !(observed > 0 && Number.isFinite(observed)));
  if (wrong !== undefined) {
    throw new Error(`${wrong.cluster}: expected an observation above 0, found ${wrong.observed}`);
  }
  for (const name of names) {
    const [from = 0, low = 0, high = 0] = [start[name], min[name], max[name]];
    if (!(low > 0 && low <= from && from <= high)) {
      throw new Error(`${name}: expected 0 < ${low} <= start <= ${high}, found ${from}`);
    }
  }
}
