import { fnv1a } from "../fnv1a.ts";

/** In so many parts measured rows are left out of the fits that are to predict them. */
export const folds = 4;

/** By the id of a measured run alone, so that a row that is added moves no other. */
export function foldOf(runId: string): number {
  return fnv1a(runId) % folds;
}
