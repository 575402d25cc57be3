import type { RequestRecord } from "../../sim/request.ts";
import type { RunRecord } from "../../sim/runRecord.ts";
import type { RunTotals } from "../../sim/totals.ts";
import type { PendingFile } from "../files.ts";
import type { Result } from "../report/result.ts";

/** A finished run: what is reported of it, and what the engine counted. */
export interface FinishedRun {
  readonly result: Result;
  readonly totals: RunTotals;
}

/** Writes a run in the form of another tool into a file, which its owner commits. */
export interface FormatWriter {
  /** Each request once, in the order in which they end. */
  readonly add?: (request: RequestRecord) => void;
  /** Each run of steps on a replica, when it has ended. */
  readonly addRun?: (run: RunRecord) => void;
  finish(run: FinishedRun): void;
}

/** @param path as the user named it: an ending may choose between two kinds of file. */
export type Format = (file: PendingFile, path: string) => FormatWriter;
