import { workerData } from "node:worker_threads";
import { type PointRow, type PointWork, pointSimulator } from "./simulatePoint.ts";

const work: PointWork = workerData;
const simulate = pointSimulator(work);

/** A thread's task: some points, one after the other. */
export async function simulatePoints(indices: readonly number[]): Promise<PointRow[]> {
  const rows: PointRow[] = [];
  for (const index of indices) rows.push(await simulate(index));
  return rows;
}
