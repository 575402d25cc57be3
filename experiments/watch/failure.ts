import type { Worker } from "node:worker_threads";
import { RunError } from "../errors.ts";

/** Why something can't go on: kept until somebody asks, as it may come before. */
export interface Failure {
  note(error: Error): void;
  /** Calls `end` with the first failure; another call replaces whom it is told. */
  tell(end: (error: Error) => void): void;
}

export function keptFailure(): Failure {
  let first: Error | undefined;
  let told = (_error: Error): void => {};
  return {
    note(error) {
      if (first !== undefined) return;
      first = error;
      told(error);
    },
    tell(end) {
      told = end;
      if (first !== undefined) end(first);
    },
  };
}

/** Of a thread, which may throw, run out of memory, or end without a word. */
export function failureOf(worker: Pick<Worker, "on">): Failure {
  const failure = keptFailure();
  worker.on("error", (error: unknown) => failure.note(reasonOf(error)));
  worker.on("exit", (code) => {
    failure.note(new RunError(`the thread of the run ended with code ${code}`));
  });
  return failure;
}

function reasonOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (!("code" in error) || error.code !== "ERR_WORKER_OUT_OF_MEMORY") return error;
  return new RunError("the run failed: its thread ran out of memory");
}
