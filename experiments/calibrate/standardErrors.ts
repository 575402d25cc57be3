import type { Named } from "./fitProblem.ts";
import type { World } from "./fitWorld.ts";
import { jacobianColumns, pull, slopeAt, weightedProducts } from "./fitWorld.ts";
import { dot, solved } from "./linearSystem.ts";

/**
 * The sandwich of M-estimators over clusters: inverse curvature x scatter of the clusters'
 * gradients x inverse curvature; a constant's error is that of its logarithm times itself.
 */
export function standardErrors(
  world: World,
  logs: readonly number[],
  constants: Named,
): Map<string, number> {
  const { free } = slopeAt(world, logs);
  const residuals = world.residualsAt(logs);
  const all = jacobianColumns(world, logs);
  const columns = free.flatMap((index) => all[index] ?? []);
  const inside = residuals.map((residual) => (Math.abs(residual) <= world.huberDelta ? 1 : 0));
  const scores = clusterGradients(world, residuals, columns);
  const unit = free.map((row) => free.map((column) => (row === column ? 1 : 0)));
  const inverse = solved(weightedProducts(columns, inside), unit);
  const errors = new Map<string, number>();
  if (inverse === undefined || scores.length <= free.length) return errors;
  const inflation = scores.length / (scores.length - free.length);
  for (const [position, index] of free.entries()) {
    const row = inverse[position] ?? [];
    const variance = scores.reduce((sum, score) => sum + dot(score, row) ** 2, 0);
    const name = world.names[index] ?? "";
    errors.set(name, (constants[name] ?? 0) * Math.sqrt(variance * inflation));
  }
  return errors;
}

function clusterGradients(
  world: World,
  residuals: Float64Array,
  columns: readonly Float64Array[],
): number[][] {
  const byCluster = new Map<string, number[]>();
  for (const [row, residual] of residuals.entries()) {
    const cluster = world.clusters[row] ?? "";
    const sums = byCluster.get(cluster) ?? columns.map(() => 0);
    for (const [index, column] of columns.entries()) {
      sums[index] = (sums[index] ?? 0) + pull(world, residual) * (column[row] ?? 0);
    }
    byCluster.set(cluster, sums);
  }
  return [...byCluster.values()];
}
