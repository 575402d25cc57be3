import { problemText, RunError, UserError } from "../errors.ts";
import { runScenario } from "../run.ts";
import { type LoadedScenario, loadObject } from "../scenario/load.ts";
import { columnsOf } from "./columns.ts";
import { pointAt, type Sweep } from "./points.ts";
import { type Outcome, rowText } from "./row.ts";

/** What a thread must know to simulate points. */
export interface PointWork {
  readonly sweep: Sweep;
  /** Paths in the scenarios are relative to it. */
  readonly folder: string;
}

/** A simulated point as its row in the table. */
export interface PointRow {
  readonly index: number;
  readonly spec: string;
  readonly isFailed: boolean;
  readonly text: string;
}

/** Simulates points one after the other; what one has read of the user's files serves the next. */
export function pointSimulator({
  sweep,
  folder,
}: PointWork): (index: number, signal?: AbortSignal) => Promise<PointRow> {
  const columns = columnsOf(sweep);
  let reused: LoadedScenario | undefined;
  return async (index, signal) => {
    const point = pointAt(sweep, index);
    const outcome = await outcomeOf(async () => {
      reused = loadObject(point.scenario, folder, { reused });
      return runScenario(reused, { signal });
    }, signal);
    const text = rowText(point, outcome, { sweep, columns });
    return { index, spec: point.spec, isFailed: "error" in outcome, text };
  };
}

/** The row of a point whose simulation ended with the thread that it was in. */
export function lostRow({ sweep }: PointWork, index: number, error: string): PointRow {
  const point = pointAt(sweep, index);
  const text = rowText(point, { error }, { sweep, columns: columnsOf(sweep) });
  return { index, spec: point.spec, isFailed: true, text };
}

async function outcomeOf(
  run: () => ReturnType<typeof runScenario>,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  try {
    return { result: await run() };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    return { error: reasonOf(error) };
  }
}

/** Why a scenario came to nothing, in words for its row. */
export function reasonOf(error: unknown): string {
  if (error instanceof UserError) {
    return error.problems.map(({ key, message }) => problemText({ key, message })).join("; ");
  }
  if (error instanceof RunError) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  return `a fault of tokenwatt: ${text}`;
}
