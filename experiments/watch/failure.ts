import type { Worker } from "node:worker_threads";
import { RunError } from "../errors.ts";

/** Why a thread can't go on: kept until somebody asks, as it may come before. */
export interface Failure {
  note(error: Error): void;
  /** Calls `end` with the first failure; another call replaces whom it is told. */
  tell(end: (error: Error) => void): void;
}

/** Of a thread, which may throw, run out of memory, or end without a word. */
export function failureOf(worker: Pick<Worker, "on">): Failure {
  let first: Error | undefined;
  let told = (_error: Error): void => {};
  const note = (error: Error) => {
    if (first !== undefined) return;
    first = error;
    told(error);
  };
  worker.on("error", (error: unknown) => note(reasonOf(error)));
  worker.on("exit", (code) => note(new RunError(`the thread of the run ended with code ${code}`)));
  return {
    note,
    tell(end) {
      told = end;
      if (first !== undefined) end(first);
    },
  };
}

function reasonOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (!("code" in error) || error.code !== "ERR_WORKER_OUT_OF_MEMORY") return error;
  return new RunError("the run failed: its thread ran out of memory");
}
