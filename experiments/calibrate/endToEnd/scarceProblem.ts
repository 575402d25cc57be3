import { huber } from "../huber.ts";

/** Residuals beyond one tolerance count by their size, not its square. */
export const huberDelta = 1;

/** Few constants, and residuals that take a simulation each; all in logarithms of the constants. */
export interface ScarceProblem {
  /** Where the search starts. */
  readonly start: readonly number[];
  /** Where a prior holds each constant, and one standard deviation of that prior. */
  readonly prior: readonly number[];
  readonly spread: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** ln(predicted / observed) of each row, in units of the row's tolerance. */
  readonly residualsAt: (logs: readonly number[]) => Float64Array;
  /** How much each row counts; 0 where it is held out. */
  readonly weights: Float64Array;
}

/** Huber's loss over the rows, and half the squared distance from the prior. */
export function lossOf(
  { prior, spread, weights }: Pick<ScarceProblem, "prior" | "spread" | "weights">,
  logs: readonly number[],
  residuals: Float64Array,
): number {
  let loss = 0;
  for (const [row, residual] of residuals.entries())
    loss += (weights[row] ?? 0) * huber(residual, huberDelta);
  for (const [index, log] of logs.entries()) {
    loss += ((log - (prior[index] ?? 0)) / (spread[index] ?? 1)) ** 2 / 2;
  }
  return loss;
}
