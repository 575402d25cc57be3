import { type Problem, problemText, UserError } from "../../errors.ts";
import type { MeasuredRun } from "../../measured/measuredRun.ts";
import type { CalibratedGpu } from "./calibratedGpu.ts";
import { measurementTable } from "./measurementTable.ts";
import { readRow } from "./readRow.ts";
import { duplicateProblems } from "./repeats.ts";
import { type ReadRow, runOfRow } from "./runOfRow.ts";

/** What a user measured on one GPU. */
export interface Measurements {
  readonly runs: readonly MeasuredRun[];
  /** Figures that are read as they are, and doubted. */
  readonly warnings: readonly string[];
}

/** Reads a CSV of docs/calibrate.md. @throws UserError with everything wrong with it. */
export function readMeasurements(path: string, gpu: CalibratedGpu): Measurements {
  const table = measurementTable(path);
  const problems: Problem[] = [...table.problems];
  const rows: ReadRow[] = [];
  const runs: MeasuredRun[] = [];
  const warnings: string[] = [];
  for (const text of table.rows) {
    const row = readRow(text, gpu);
    if (!("model" in row)) {
      problems.push(...row);
      continue;
    }
    rows.push({ text, row });
    const read = runOfRow({ text, row }, { gpu, path });
    problems.push(...read.problems);
    warnings.push(...read.doubts.map(problemText));
    if (read.run !== undefined) runs.push(read.run);
  }
  problems.push(...duplicateProblems(rows));
  if (problems.length > 0) throw new UserError(firstOf(problems));
  return { runs, warnings };
}

const mostShown = 20;

/** One slip may stand in every row of a long file. */
function firstOf(problems: readonly Problem[]): Problem[] {
  const ordered = problems.toSorted((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0));
  if (ordered.length <= mostShown) return ordered;
  const message = `and ${ordered.length - mostShown} more problems`;
  return [...ordered.slice(0, mostShown), { message }];
}
