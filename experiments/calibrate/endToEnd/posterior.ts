import { solved } from "../linearSystem.ts";
import type { ScarceProblem } from "./scarceProblem.ts";
import type { Tangent } from "./tangent.ts";
import { countedWeights, curvature } from "./tangentMinimum.ts";

/**
 * Rows tell of a constant where they leave less than this of the spread of its prior, or where they
 * moved it by a tenth of that.
 */
const toldRatio = 0.9;

/** What rows say of a constant. */
export interface Posterior {
  /** One standard deviation of its logarithm; undefined at a bound, which hides it. */
  readonly deviation: number | undefined;
  readonly isAtBound: boolean;
  /** Whether it is their saying, not the prior's. */
  readonly isTold: boolean;
}

/**
 * Of each constant around a solution, prior included: from the curvature of the loss, each row taken
 * to scatter by its tolerance.
 */
export function posteriors(
  { prior, spread, weights, low, high }: Omit<ScarceProblem, "residualsAt" | "start">,
  tangent: Tangent,
): Posterior[] {
  const { logs, residuals } = tangent;
  const matrix = curvature(spread, tangent, countedWeights(weights, residuals));
  const unit = spread.map((_, row) => spread.map((__, column) => (row === column ? 1 : 0)));
  const inverse = solved(matrix, unit) ?? [];
  return spread.map((own, index) => {
    const log = logs[index] ?? 0;
    const isAtBound = log === low[index] || log === high[index];
    const deviation = Math.sqrt(Math.max(0, inverse[index]?.[index] ?? 0));
    const moved = Math.abs(log - (prior[index] ?? 0));
    const isTold = deviation < toldRatio * own || moved > (1 - toldRatio) * own;
    return { deviation: isAtBound ? undefined : deviation, isAtBound, isTold };
  });
}
