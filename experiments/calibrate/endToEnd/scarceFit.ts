import type { ScarceProblem } from "./scarceProblem.ts";
import { lossOf } from "./scarceProblem.ts";
import { mended, residualsOn, type Tangent, tangentAt } from "./tangent.ts";
import { tangentMinimum } from "./tangentMinimum.ts";

/**
 * Settled: a fresh tangent promises no gain. Rough: it promises one that no step longer than a
 * hundredth of a constant finds, as simulated rows jump. Spent: neither, after all that was allowed.
 */
export type FitEnd = "settled" | "rough" | "spent";

export interface ScarceFit {
  /** The residuals around the solution, with fresh derivatives. */
  readonly tangent: Tangent;
  readonly loss: number;
  readonly startLoss: number;
  readonly end: FitEnd;
  /** How often all rows were simulated. */
  readonly evaluations: number;
}

/** No constant moves by more than twice or half of itself at once. */
const longestStep = Math.LN2;
/** A step that promises to take a smaller share of the loss ends the search. */
const worthwhileGain = 0.01;
/** A step shorter than this is beyond what a simulated row can tell. */
const shortestStep = 0.01;
/** Derivatives cost a simulation of every row for each constant: they are taken this often at most. */
const tangentsMax = 16;
const stepsMax = 100;

/**
 * Gauss-Newton on Huber's loss with a normal prior on the logarithm of each constant. A step is
 * taken where the loss falls; between two costly tangents Broyden's update mends the last one. The
 * search ends where a fresh tangent promises no gain, or one that no step finds.
 */
export function scarceFit(problem: ScarceProblem): ScarceFit {
  let evaluations = 0;
  const residualsAt = (logs: readonly number[]) => {
    evaluations++;
    return problem.residualsAt(logs);
  };
  const counted = { ...problem, residualsAt };
  const residuals = residualsAt(problem.start);
  const startLoss = lossOf(problem, problem.start, residuals);
  let search: Search = {
    tangent: tangentAt(counted, problem.start, residuals),
    loss: startLoss,
    isFresh: true,
    tangents: 1,
    reach: longestStep,
  };
  let end: FitEnd | undefined;
  for (let step = 0; step < stepsMax && end === undefined; step++) {
    ({ search, end } = round(counted, search));
  }
  const { loss } = search;
  const { tangent } = search.isFresh ? search : refreshed(counted, search);
  return { tangent, loss, startLoss, end: end ?? "spent", evaluations };
}

interface Search {
  readonly tangent: Tangent;
  readonly loss: number;
  /** Whether the tangent's derivatives are those of its point, not mended ones. */
  readonly isFresh: boolean;
  readonly tangents: number;
  readonly reach: number;
}

interface Round {
  readonly search: Search;
  /** undefined while it goes on. */
  readonly end: FitEnd | undefined;
}

/** One step, or a fresh tangent where none is worth its simulation, or the end. */
function round(problem: ScarceProblem, search: Search): Round {
  const { tangent, loss, isFresh, reach, tangents } = search;
  const farthest = tangentMinimum(problem, tangent, longestStep);
  // A shorter reach promises less: whether it is worth going on is asked of the longest.
  const isWorthwhile =
    loss - lossOf(problem, farthest, residualsOn(tangent, farthest)) > worthwhileGain * loss;
  if (isWorthwhile && reach >= shortestStep) {
    return { search: stepped(problem, search), end: undefined };
  }
  if (isFresh) return { search, end: isWorthwhile ? "rough" : "settled" };
  if (tangents === tangentsMax) return { search, end: "spent" };
  return { search: refreshed(problem, search), end: undefined };
}

/**
 * A step where it gains a tenth of what it promises, else a shorter reach. Where a simulated row
 * jumps a long step fails again: the reach grows back no faster than steps succeed.
 */
function stepped(problem: ScarceProblem, search: Search): Search {
  const { tangent, loss, reach } = search;
  const logs = tangentMinimum(problem, tangent, reach);
  const promised = loss - lossOf(problem, logs, residualsOn(tangent, logs));
  const residuals = problem.residualsAt(logs);
  const nextLoss = lossOf(problem, logs, residuals);
  if (nextLoss >= loss - promised / 10) return { ...search, reach: reach / 3 };
  return {
    ...search,
    tangent: mended(tangent, { logs, residuals }),
    loss: nextLoss,
    isFresh: false,
    reach: Math.min(longestStep, 2 * reach),
  };
}

/** Whether no step succeeds is asked anew, of all lengths. */
function refreshed(problem: ScarceProblem, search: Search): Search {
  const { logs, residuals } = search.tangent;
  const tangent = tangentAt(problem, logs, residuals);
  const { tangents } = search;
  return { ...search, tangent, isFresh: true, tangents: tangents + 1, reach: longestStep };
}
