import type { ScarceProblem } from "./scarceProblem.ts";

/** The residuals around a point, as straight lines. */
export interface Tangent {
  readonly logs: readonly number[];
  readonly residuals: Float64Array;
  /** Their derivatives, by constant. */
  readonly columns: readonly Float64Array[];
}

/**
 * Between two points of a simulation lie steps where an order of events flips, so that narrow
 * differences would see noise.
 */
const differenceStep = 0.05;

export function tangentAt(
  { residualsAt, low, high }: ScarceProblem,
  logs: readonly number[],
  residuals: Float64Array,
): Tangent {
  const columns = logs.map((log, index) => {
    const above = (high[index] ?? log) - log;
    const below = log - (low[index] ?? log);
    const by = above >= differenceStep ? differenceStep : -Math.min(differenceStep, below);
    if (by === 0) return new Float64Array(residuals.length);
    const moved = residualsAt(logs.map((value, other) => (other === index ? value + by : value)));
    return moved.map((residual, row) => (residual - (residuals[row] ?? 0)) / by);
  });
  return { logs, residuals, columns };
}

/**
 * Broyden's update: the smallest change of the derivatives under which a step did what it did. A row
 * that does not depend on a constant goes on so (Schubert 1970): a network without experts would else
 * tell of them.
 */
export function mended(
  tangent: Tangent,
  next: { readonly logs: readonly number[]; readonly residuals: Float64Array },
): Tangent {
  const { columns } = tangent;
  const step = next.logs.map((log, index) => log - (tangent.logs[index] ?? 0));
  const expected = residualsOn(tangent, next.logs);
  const missedPerStep = next.residuals.map((residual, row) => {
    const length2 = columns.reduce(
      (sum, column, index) => sum + (column[row] === 0 ? 0 : (step[index] ?? 0) ** 2),
      0,
    );
    return length2 === 0 ? 0 : (residual - (expected[row] ?? 0)) / length2;
  });
  const mendedColumns = columns.map((column, index) =>
    column.map((slope, row) =>
      slope === 0 ? 0 : slope + (missedPerStep[row] ?? 0) * (step[index] ?? 0),
    ),
  );
  return { ...next, columns: mendedColumns };
}

/** The residuals that the straight lines give elsewhere. */
export function residualsOn(
  { logs, residuals, columns }: Tangent,
  at: readonly number[],
): Float64Array {
  const there = Float64Array.from(residuals);
  for (const [index, column] of columns.entries()) {
    const step = (at[index] ?? 0) - (logs[index] ?? 0);
    if (step === 0) continue;
    for (let row = 0; row < there.length; row++) {
      there[row] = (there[row] ?? 0) + step * (column[row] ?? 0);
    }
  }
  return there;
}
