import { fnv1a } from "../../fnv1a.ts";
import type { FitProblem, FitRow } from "../fitProblem.ts";
import type { Fit } from "../robustFit.ts";
import { robustFit } from "../robustFit.ts";

/** Absolute relative errors |predicted / observed - 1|. */
export interface Errors {
  readonly rows: number;
  readonly medianRatio: number;
  readonly p90Ratio: number;
}

export interface HeldOutFit<Constants extends Readonly<Record<string, number>>>
  extends Fit<Constants> {
  readonly inSample: Errors;
  /** Each row predicted by a fit that saw no row of its cluster. */
  readonly heldOut: Errors;
}

const folds = 4;
/** More rows than these tell the few constants of a kernel nothing new. */
const fittedRowsMax = 1000;

/**
 * The fit, with the errors that it makes on all rows and on held-out clusters. It sees the sample
 * of at most `fittedRowsMax` rows; errors are of every row.
 */
export function heldOutFit<Constants extends Readonly<Record<string, number>>, Row extends FitRow>(
  problem: FitProblem<Constants, Row>,
): HeldOutFit<Constants> {
  const { rows, predict } = problem;
  const fit = robustFit({ ...problem, rows: sampled(rows) });
  const foldOf = foldsByCluster(rows);
  const heldOut = Array.from({ length: folds }, (_, fold) => {
    const isOut = (row: Row) => foldOf.get(row.cluster) === fold;
    const kept = sampled(rows.filter((row) => !isOut(row)));
    const { constants } = robustFit({ ...problem, rows: kept, start: fit.constants });
    return rows.filter(isOut).map((row) => predict(constants, row) / row.observed);
  });
  return {
    ...fit,
    inSample: errorsOf(rows.map((row) => predict(fit.constants, row) / row.observed)),
    heldOut: errorsOf(heldOut.flat()),
  };
}

/** By the golden ratio, which no grid of shapes is in step with. */
function sampled<Row>(rows: readonly Row[]): readonly Row[] {
  const share = fittedRowsMax / rows.length;
  return share >= 1 ? rows : rows.filter((_, index) => (index * goldenRatio) % 1 < share);
}

const goldenRatio = (Math.sqrt(5) - 1) / 2;

/** Clusters go round the folds in the order of a hash, so that neighbours in size part. */
function foldsByCluster(rows: readonly FitRow[]): Map<string, number> {
  const clusters = [...new Set(rows.map(({ cluster }) => cluster))];
  const hashed = clusters.map((cluster) => ({ cluster, hash: fnv1a(cluster) }));
  hashed.sort((a, b) => a.hash - b.hash || (a.cluster < b.cluster ? -1 : 1));
  return new Map(hashed.map(({ cluster }, index) => [cluster, index % folds]));
}

function errorsOf(predictedOverObserved: readonly number[]): Errors {
  const errors = predictedOverObserved.map((ratio) => Math.abs(ratio - 1)).sort((a, b) => a - b);
  return {
    rows: errors.length,
    medianRatio: quantile(errors, 0.5),
    p90Ratio: quantile(errors, 0.9),
  };
}

export function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

/** Of ascending values, between the two nearest ranks. */
function quantile(ascending: readonly number[], share: number): number {
  const rank = share * (ascending.length - 1);
  const [below = Number.NaN, above = below] = [
    ascending[Math.floor(rank)],
    ascending[Math.ceil(rank)],
  ];
  return below + (above - below) * (rank - Math.floor(rank));
}
