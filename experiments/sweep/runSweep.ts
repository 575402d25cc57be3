import { rmSync } from "node:fs";
import { RunError, UserError } from "../errors.ts";
import { threadFile } from "../threadFile.ts";
import { inBatches } from "./batches.ts";
import { columnsOf } from "./columns.ts";
import { Journal } from "./journal.ts";
import { manifestOf, writeManifest } from "./manifest.ts";
import { type Claim, claimFolder } from "./outputFolder.ts";
import { countIn, indexIn, type Part, placeIn } from "./part.ts";
import { pointAt, pointCount } from "./points.ts";
import { lostRow, type PointRow, pointSimulator } from "./simulatePoint.ts";
import { simulators, type Work } from "./simulators.ts";
import type { LoadedSweep } from "./sweepFile.ts";
import { type Written, writeTables } from "./tables.ts";

export interface SweepOptions {
  readonly out: string;
  readonly part: Part;
  /** Threads; 1 does all in this one. */
  readonly jobs: number;
  readonly resume: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SweepProgress) => void) | undefined;
}

export interface SweepProgress {
  readonly done: number;
  readonly points: number;
  readonly failed: number;
  /** Of `done`, what was there before. */
  readonly resumed: number;
}

export interface SweepEnd {
  readonly points: number;
  readonly resumed: number;
  /** Undefined where all was there already. */
  readonly written: Written | undefined;
  readonly files: readonly string[];
}

/**
 * Simulates the points of a part of a sweep and writes their table. Whatever ends it before, rows that
 * came are in the folder, and `resume` goes on from them.
 * @throws UserError where the folder can't take the sweep, RunError where the disk is full.
 */
export async function runSweep(loaded: LoadedSweep, options: SweepOptions): Promise<SweepEnd> {
  const { out, part, resume } = options;
  const claim = claimFolder(out, loaded, part);
  const points = countIn(part, pointCount(loaded.sweep));
  const files = [`${claim.tables}.csv`, `${claim.tables}.parquet`];
  if (resume && claim.isDone) {
    rmSync(claim.journal, { force: true });
    return { points, resumed: points, written: undefined, files };
  }
  const journal = openJournal(claim, loaded, part);
  const resumed = journal.rows;
  try {
    if (resumed > 0 && !resume) throw forgotten(out, resumed, points);
    await simulateMissing(loaded, { ...options, points }, journal);
    const written = onDisk(() => {
      const lines = linesOf(journal, points);
      const tables = writeTables(claim.tables, columnsOf(loaded.sweep), lines);
      if (part.shards === 1) writeManifest(out, manifestOf(loaded, tables));
      return tables;
    });
    rmSync(claim.journal, { force: true });
    return { points, resumed, written, files };
  } finally {
    journal.close();
  }
}

function openJournal({ journal }: Claim, { sweep }: LoadedSweep, part: Part): Journal {
  const points = pointCount(sweep);
  return new Journal(journal, {
    count: countIn(part, points),
    placeOf: ({ index, spec }) =>
      index < points && pointAt(sweep, index).spec === spec ? placeIn(part, index) : undefined,
  });
}

function forgotten(out: string, rows: number, points: number): UserError {
  return new UserError({
    place: { file: out },
    message: `holds ${rows} of ${points} points of this sweep, which was interrupted`,
    hint: "--resume goes on with it; or name another folder",
  });
}

interface Missing extends SweepOptions {
  readonly points: number;
}

async function simulateMissing(
  loaded: LoadedSweep,
  { part, points, jobs, signal, onProgress }: Missing,
  journal: Journal,
): Promise<void> {
  const resumed = journal.rows;
  const tell = () => onProgress?.({ done: journal.rows, points, failed: journal.failed, resumed });
  tell();
  const left = points - resumed;
  if (left === 0) return;
  const simulator = simulators(workOf(loaded), { jobs: Math.min(jobs, left), signal });
  try {
    await inBatches(missing(journal, part, points), {
      count: left,
      lanes: simulator.lanes,
      run: simulator.run,
      signal,
      onAnswer: (rows) => {
        for (const row of rows) journal.append(row);
        tell();
      },
    });
  } finally {
    await simulator.close();
  }
}

function workOf({ sweep, folder }: LoadedSweep): Work<PointRow> {
  const work = { sweep, folder };
  return {
    here: () => pointSimulator(work),
    thread: {
      module: threadFile("sweepWorker", import.meta.url),
      task: "simulatePoints",
      workerData: work,
    },
    lost: (index, reason) => lostRow(work, index, reason),
  };
}

/** A point that comes while others are looked for is no longer missing. */
function* missing(journal: Journal, part: Part, points: number): Generator<number> {
  for (let place = 0; place < points; place++) {
    if (!journal.has(place)) yield indexIn(part, place);
  }
}

function* linesOf(journal: Journal, points: number): Generator<string> {
  for (let place = 0; place < points; place++) yield journal.textAt(place);
}

/** A disk that fills up while the tables are written is no mistake in the user's words. */
function onDisk<Value>(write: () => Value): Value {
  try {
    return write();
  } catch (error) {
    if (error instanceof UserError) throw new RunError(error.message);
    throw error;
  }
}
