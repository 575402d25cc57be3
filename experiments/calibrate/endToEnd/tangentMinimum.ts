import { weightedProducts } from "../fitWorld.ts";
import { huberWeight } from "../huber.ts";
import { dot } from "../linearSystem.ts";
import { huberDelta, type ScarceProblem } from "./scarceProblem.ts";
import { residualsOn, type Tangent } from "./tangent.ts";

type Priors = Omit<ScarceProblem, "residualsAt" | "start">;

const reweightingsMax = 50;
const settledStep = 1e-6;

/**
 * Where the loss of a tangent is least, no constant further from the tangent's point than `reach`:
 * reweighted least squares within the bounds.
 */
export function tangentMinimum(problem: Priors, tangent: Tangent, reach: number): number[] {
  const low = tangent.logs.map((log, index) => Math.max(problem.low[index] ?? log, log - reach));
  const high = tangent.logs.map((log, index) => Math.min(problem.high[index] ?? log, log + reach));
  let at = [...tangent.logs];
  for (let round = 0; round < reweightingsMax; round++) {
    const next = leastInBox({ low, high }, normalEquations(problem, tangent, at), at);
    const moved = Math.max(...next.map((log, index) => Math.abs(log - (at[index] ?? 0))));
    at = next;
    if (moved < settledStep) break;
  }
  return at;
}

interface Quadratic {
  /** Of the rows and of the prior; positive definite by the prior. */
  readonly matrix: readonly (readonly number[])[];
  /** Its product with the step that would be least without bounds. */
  readonly side: readonly number[];
}

function normalEquations(
  { prior, spread, weights }: Priors,
  tangent: Tangent,
  at: readonly number[],
): Quadratic {
  const residuals = residualsOn(tangent, at);
  const counted = countedWeights(weights, residuals);
  const matrix = curvature(spread, tangent, counted);
  const pulls = residuals.map((residual, row) => residual * (counted[row] ?? 0));
  const side = tangent.columns.map((column, index) => {
    const away = (at[index] ?? 0) - (prior[index] ?? 0);
    return -dot(column, pulls) - away / (spread[index] ?? 1) ** 2;
  });
  return { matrix, side };
}

/** Rows as Huber's loss weighs them. */
export function countedWeights(weights: Float64Array, residuals: Float64Array): Float64Array {
  return weights.map((weight, row) => weight * huberWeight(residuals[row] ?? 0, huberDelta));
}

/** Of the loss: products of the derivatives over weighted rows, and the firmness of the prior. */
export function curvature(
  spread: readonly number[],
  { columns }: Tangent,
  weights: Float64Array,
): number[][] {
  return weightedProducts(columns, weights).map((row, index) =>
    row.map((value, other) => (index === other ? value + 1 / (spread[index] ?? 1) ** 2 : value)),
  );
}

const sweepsMax = 5000;
const stillStep = 1e-10;

/** Coordinate by coordinate, each to its own minimum within its bounds, until none moves. */
function leastInBox(
  { low, high }: Pick<Priors, "low" | "high">,
  { matrix, side }: Quadratic,
  at: readonly number[],
): number[] {
  const next = [...at];
  for (let sweep = 0; sweep < sweepsMax; sweep++) {
    let moved = 0;
    for (const [index, row] of matrix.entries()) {
      const here = next[index] ?? 0;
      let slope = side[index] ?? 0;
      for (const [other, value] of row.entries()) {
        slope -= value * ((next[other] ?? 0) - (at[other] ?? 0));
      }
      const free = here + slope / (row[index] ?? 1);
      const held = Math.min(Math.max(free, low[index] ?? free), high[index] ?? free);
      next[index] = held;
      moved = Math.max(moved, Math.abs(held - here));
    }
    if (moved < stillStep) break;
  }
  return next;
}
