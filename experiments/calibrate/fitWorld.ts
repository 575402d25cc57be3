import type { FitProblem, FitRow, Named } from "./fitProblem.ts";
import { huber, huberWeight } from "./huber.ts";
import { dot } from "./linearSystem.ts";

/** The cosine between residuals and a Jacobian column up to which the gradient counts as nothing. */
const gradientTolerance = 1e-6;
const differenceStep = 1e-4;

/** The problem over logarithms, in the order of `names`. */
export interface FitWorld<Constants> {
  readonly names: readonly string[];
  readonly clusters: readonly string[];
  readonly huberDelta: number;
  readonly startLogs: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  constantsAt(logs: readonly number[]): Constants;
  residualsAt(logs: readonly number[]): Float64Array;
}

export function fitWorld<Constants extends Named, Row extends FitRow>({
  rows,
  predict,
  start,
  min,
  max,
  huberDelta = 0.1,
}: FitProblem<Constants, Row>): FitWorld<Constants> {
  const names = Object.keys(start);
  const logsOf = (from: Constants) => names.map((name) => Math.log(from[name] ?? Number.NaN));
  const [low, high] = [logsOf(min), logsOf(max)];
  const constantsAt = (logs: readonly number[]) => {
    let constants = start;
    for (const [index, name] of names.entries()) {
      const log = logs[index] ?? Number.NaN;
      // At a bound it is the bound itself, which exp(ln x) may miss.
      const bound = log === low[index] ? min[name] : max[name];
      const value = log === low[index] || log === high[index] ? bound : Math.exp(log);
      constants = { ...constants, [name]: value };
    }
    return constants;
  };
  return {
    names,
    clusters: rows.map(({ cluster }) => cluster),
    huberDelta,
    startLogs: logsOf(start),
    low,
    high,
    constantsAt,
    residualsAt: (logs) => {
      const constants = constantsAt(logs);
      return Float64Array.from(rows, (row) => Math.log(predict(constants, row) / row.observed));
    },
  };
}

export type World = FitWorld<unknown>;

export function lossAt(world: World, logs: readonly number[]): number {
  const { huberDelta } = world;
  return world.residualsAt(logs).reduce((sum, residual) => sum + huber(residual, huberDelta), 0);
}

/** The derivative of the loss by a residual. */
export function pull({ huberDelta }: World, residual: number): number {
  return Math.max(-huberDelta, Math.min(huberDelta, residual));
}

/** -1 at the lower bound, 1 at the upper, else 0. */
export function boundSide(
  { low, high }: World,
  logs: readonly number[],
  index: number,
): -1 | 0 | 1 {
  const [log = 0, from = 0, to = 0] = [logs[index], low[index], high[index]];
  if (log <= from) return -1;
  return log >= to ? 1 : 0;
}

/** Whether the loss pushes a constant against its bound, or the bounds leave it no room. */
function isHeld(
  world: World,
  logs: readonly number[],
  { index, slope }: { readonly index: number; readonly slope: number },
): boolean {
  return boundSide(world, logs, index) * slope < 0 || world.low[index] === world.high[index];
}

export function jacobianColumns(world: World, logs: readonly number[]): Float64Array[] {
  return logs.map((_, index) => {
    const moved = (by: number) =>
      world.residualsAt(logs.map((log, other) => (other === index ? log + by : log)));
    const [above, below] = [moved(differenceStep), moved(-differenceStep)];
    return above.map((residual, row) => (residual - (below[row] ?? 0)) / (2 * differenceStep));
  });
}

/** sum over rows of a x b x weight, for all pairs of columns. */
export function weightedProducts(
  columns: readonly Float64Array[],
  weights: Float64Array,
): number[][] {
  return columns.map((column) => {
    const weighted = column.map((value, row) => value * (weights[row] ?? 0));
    return columns.map((other) => dot(weighted, other));
  });
}

/** The loss around a point: its gradient and the curvature that reweighted rows give it. */
export interface Slope {
  readonly gradient: readonly number[];
  readonly curvature: readonly (readonly number[])[];
  /** Indices of the constants that may move: the loss pushes no other against its bound. */
  readonly free: readonly number[];
  readonly flat: boolean;
}

export function slopeAt(world: World, logs: readonly number[]): Slope {
  const residuals = world.residualsAt(logs);
  const columns = jacobianColumns(world, logs);
  const pulls = residuals.map((residual) => pull(world, residual));
  const weights = residuals.map((residual) => huberWeight(residual, world.huberDelta));
  const gradient = columns.map((column) => dot(column, pulls));
  const curvature = weightedProducts(columns, weights);
  const scale = (index: number) =>
    Math.sqrt(dot(pulls, residuals) * (curvature[index]?.[index] ?? 0));
  const free = gradient.flatMap((slope, index) =>
    isHeld(world, logs, { index, slope }) || curvature[index]?.[index] === 0 ? [] : [index],
  );
  const flat = free.every(
    (index) => Math.abs(gradient[index] ?? 0) <= gradientTolerance * scale(index),
  );
  return { gradient, curvature, free, flat };
}
