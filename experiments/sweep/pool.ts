import { createRequire } from "node:module";
import type * as Threads from "piscina";

const require = createRequire(import.meta.url);

/** Threads that do tasks of one kind, one at a time each. */
export interface Pool<Task, Answer> {
  run(task: Task): Promise<Answer>;
  /** Ends the threads, with what they are at. */
  close(): Promise<void>;
}

interface PoolOptions {
  /** The module's address, as a worker loads JavaScript alone. */
  readonly module: URL;
  /** The function that it exports. */
  readonly task: string;
  readonly jobs: number;
  /** What each thread is given as it starts. */
  readonly workerData: unknown;
}

/** Loaded when threads are wanted: a run of one needs none. */
export function openPool<Task, Answer>(options: PoolOptions): Pool<Task, Answer> {
  const { Piscina }: typeof Threads = require("piscina");
  const { module, task, jobs, workerData } = options;
  const threads = new Piscina<Task, Answer>({
    filename: module.href,
    name: task,
    minThreads: jobs,
    maxThreads: jobs,
    workerData,
    // A thread that looks for its next task must not wait for it in its sleep: it answers signals.
    atomics: "disabled",
  });
  return { run: (work) => threads.run(work), close: () => threads.destroy() };
}
