import { threadFile } from "../threadFile.ts";
import { openPool } from "./pool.ts";
import { lostRow, type PointRow, type PointWork, pointSimulator } from "./simulatePoint.ts";

/** Who simulates points, here or in threads. */
export interface Simulator {
  /** How many batches keep all of them at work. */
  readonly lanes: number;
  readonly run: (indices: readonly number[]) => Promise<PointRow[]>;
  readonly close: () => Promise<void>;
}

interface SimulatorOptions {
  readonly jobs: number;
  readonly signal: AbortSignal | undefined;
}

export function simulators(
  { sweep, folder }: PointWork,
  { jobs, signal }: SimulatorOptions,
): Simulator {
  const work: PointWork = { sweep, folder };
  return jobs === 1 ? here(work, signal) : inThreads(work, jobs);
}

function here(work: PointWork, signal: AbortSignal | undefined): Simulator {
  const simulate = pointSimulator(work);
  return {
    lanes: 1,
    run: async (indices) => {
      const rows: PointRow[] = [];
      for (const index of indices) rows.push(await simulate(index, signal));
      return rows;
    },
    close: async () => {},
  };
}

/** Needs the built package, as a thread loads JavaScript alone. */
function inThreads(work: PointWork, jobs: number): Simulator {
  const pool = openPool<readonly number[], PointRow[]>({
    module: threadFile("sweepWorker", import.meta.url),
    task: "simulatePoints",
    jobs,
    workerData: work,
  });
  const run = async (indices: readonly number[]): Promise<PointRow[]> => {
    try {
      return await pool.run(indices);
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      const [index] = indices;
      if (indices.length === 1 && index !== undefined) {
        return [lostRow(work, index, "the thread that simulated it ran out of memory")];
      }
      // One of them was too much: alone it tells.
      const rows: PointRow[] = [];
      for (const one of indices) rows.push(...(await run([one])));
      return rows;
    }
  };
  // Each has a batch waiting, lest it waits itself.
  return { lanes: 2 * jobs, run, close: pool.close };
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
}
