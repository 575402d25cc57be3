import { openPool } from "./pool.ts";

/** Who does items, here or in threads. */
export interface Simulator<Answer> {
  /** How many batches keep all of them at work. */
  readonly lanes: number;
  readonly run: (indices: readonly number[]) => Promise<Answer[]>;
  readonly close: () => Promise<void>;
}

/** One kind of work, as this thread does it and as others do. */
export interface Work<Answer> {
  readonly here: () => (index: number, signal?: AbortSignal) => Promise<Answer>;
  /** A module that does a list of items, with `workerData`. */
  readonly thread: { readonly module: URL; readonly task: string; readonly workerData: unknown };
  /** In place of the answer, where the thread ended that was at it. */
  readonly lost: (index: number, reason: string) => Answer;
}

interface SimulatorOptions {
  readonly jobs: number;
  readonly signal: AbortSignal | undefined;
}

export function simulators<Answer>(
  work: Work<Answer>,
  { jobs, signal }: SimulatorOptions,
): Simulator<Answer> {
  return jobs === 1 ? here(work, signal) : inThreads(work, jobs);
}

function here<Answer>(work: Work<Answer>, signal: AbortSignal | undefined): Simulator<Answer> {
  const simulate = work.here();
  return {
    lanes: 1,
    run: async (indices) => {
      const answers: Answer[] = [];
      for (const index of indices) answers.push(await simulate(index, signal));
      return answers;
    },
    close: async () => {},
  };
}

/** Needs the built package, as a thread loads JavaScript alone. */
function inThreads<Answer>({ thread, lost }: Work<Answer>, jobs: number): Simulator<Answer> {
  const pool = openPool<readonly number[], Answer[]>({ ...thread, jobs });
  const run = async (indices: readonly number[]): Promise<Answer[]> => {
    try {
      return await pool.run(indices);
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      const [index] = indices;
      if (indices.length === 1 && index !== undefined) {
        return [lost(index, "the thread that simulated it ran out of memory")];
      }
      // One of them was too much: alone it tells.
      const answers: Answer[] = [];
      for (const one of indices) answers.push(...(await run([one])));
      return answers;
    }
  };
  // Each has a batch waiting, lest it waits itself.
  return { lanes: 2 * jobs, run, close: pool.close };
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
}
