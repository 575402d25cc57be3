import { UserError } from "../errors.ts";
import type { Result } from "../report/result.ts";
import { compose } from "../scenario/compose.ts";
import { type LoadedScenario, loadObject } from "../scenario/load.ts";
import { replaced } from "../scenario/overrides.ts";
import { reasonOf } from "../sweep/simulatePoint.ts";
import { beyondBudget, gpusOf, outOfReach } from "./bounds.ts";
import { type Plan, rateKnobOf, replicasPath, scenarioOf } from "./plan.ts";
import { fewest, highest } from "./search.ts";
import { type Trial, trial } from "./trial.ts";

/** What came of a choice, in plain values, which threads pass on. */
export interface Studied extends Ending {
  readonly index: number;
  /** How often it was simulated. */
  readonly runs: number;
}

interface Ending {
  /** excluded: a bound tells before any run; failed: the run could not go on. */
  readonly outcome: "keeps" | "misses" | "over_budget" | "excluded" | "failed";
  /** Why it can't be the answer; empty where it can. */
  readonly reason: string;
  readonly replicas: number | null;
  readonly gpus: number | null;
  /** Of find: rate. */
  readonly rate: FoundRate | null;
  /** Of the deployment that was found; else of the nearest that was tried. */
  readonly result: Result | null;
}

export interface FoundRate {
  readonly value: number;
  /** The lowest that is known to break a promise; null: nothing that was tried did. */
  readonly failed: number | null;
  readonly unit: string;
}

const rateReach = { span: 1024, precision: 1.02 };

/** Studies choices one after the other; what one has read of the user's files serves the next. */
export function choiceStudy(plan: Plan): (index: number, signal?: AbortSignal) => Promise<Studied> {
  let reused: LoadedScenario | undefined;
  const load = (scenario: unknown) => {
    reused = loadObject(scenario, plan.folder, { reused });
    return reused;
  };
  return async (index, signal) => {
    let runs = 0;
    const attempt: Attempt = (scenario, requests, mayGiveUp) => {
      runs++;
      const { promised, powerBudgetW } = plan;
      return trial(load(scenario), { promised, powerBudgetW, requests, mayGiveUp, signal });
    };
    try {
      const ending = await study(plan, scenarioOf(plan, index), { load, attempt });
      return { index, runs, ...ending };
    } catch (error) {
      if (signal?.aborted === true) throw error;
      return { index, runs, ...without("failed", reasonOf(error)) };
    }
  };
}

type Attempt = (
  scenario: unknown,
  requests: number | undefined,
  mayGiveUp: boolean,
) => Promise<Trial>;

interface Means {
  readonly load: (scenario: unknown) => LoadedScenario;
  readonly attempt: Attempt;
}

/** Bounds first, which cost next to nothing; then the search. */
async function study(plan: Plan, scenario: unknown, { load, attempt }: Means): Promise<Ending> {
  const { find, promised, powerBudgetW } = plan;
  const first = find === "replicas" ? replaced(scenario, replicasPath, 1) : scenario;
  let requests: number | undefined;
  try {
    const fresh = () => compose(load(first));
    const composed = fresh();
    requests = composed.requests;
    const reason = beyondBudget(composed, powerBudgetW) ?? outOfReach(fresh, promised)[0];
    if (reason !== undefined) return without("excluded", reason);
  } catch (error) {
    if (error instanceof UserError) return without("excluded", reasonOf(error));
    throw error;
  }
  const tries: Tries = {
    search: (inner) => attempt(inner, requests, true),
    whole: (inner) => attempt(inner, requests, false),
  };
  if (find === "none") return judged(await tries.whole(scenario));
  return find === "replicas" ? fewestReplicas(plan, scenario, tries) : highestRate(scenario, tries);
}

interface Tries {
  /** Given up as soon as its outcome is known. */
  readonly search: (scenario: unknown) => Promise<Trial>;
  readonly whole: (scenario: unknown) => Promise<Trial>;
}

async function fewestReplicas(
  { maxReplicas }: Plan,
  scenario: unknown,
  { search, whole }: Tries,
): Promise<Ending> {
  const withReplicas = (replicas: number) => replaced(scenario, replicasPath, replicas);
  const kept = new Map<number, Trial>();
  let most = 0;
  const found = await fewest(maxReplicas, async (replicas) => {
    const tried = await search(withReplicas(replicas));
    if (tried.failure === undefined) most = Math.max(most, replicas);
    if (tried.broken.length === 0) kept.set(replicas, tried);
    return tried.broken.length === 0;
  });
  const answer = found === undefined ? undefined : kept.get(found);
  if (answer !== undefined) return judged(answer);
  // Of more there may be no run: users too few to fill their batches.
  const last = most === 0 ? maxReplicas : most;
  return judged(await whole(withReplicas(last)), `even ${last} replicas: `);
}

async function highestRate(scenario: unknown, { search, whole }: Tries): Promise<Ending> {
  const knob = rateKnobOf(scenario);
  if (knob === undefined) throw new Error("invariant broken: there is no rate to move");
  const { path, given, unit } = knob;
  const at = (rate: number) => replaced(scenario, path, rate);
  const kept = new Map<number, Trial>();
  const found = await highest({ ...rateReach, start: given }, async (rate) => {
    const tried = await search(at(rate));
    const keeps = tried.broken.length === 0 && tried.overBudget === undefined;
    if (keeps) kept.set(rate, tried);
    return keeps;
  });
  const answer = found === undefined ? undefined : kept.get(found.amount);
  if (found !== undefined && answer !== undefined) {
    const rate = { value: found.amount, failed: found.failed ?? null, unit };
    return { ...judged(answer), rate };
  }
  const lowest = given / rateReach.span;
  return judged(await whole(at(lowest)), `even at ${lowest.toPrecision(3)} ${unit}: `);
}

/** By a run to its end; `where` says which of many it was. */
function judged({ loaded, result, failure, broken, overBudget }: Trial, where = ""): Ending {
  if (failure !== undefined) return without("failed", `${where}${failure}`);
  const composed = compose(loaded);
  const { data_parallel_size: ranks } = loaded.scenario.cluster;
  const replicas = composed.simulation.replicas.length / ranks;
  const ending = { replicas, gpus: gpusOf(composed), rate: null, result: result ?? null };
  if (broken.length > 0) {
    return { outcome: "misses", reason: `${where}${broken.join("; ")}`, ...ending };
  }
  if (overBudget !== undefined) {
    return { outcome: "over_budget", reason: `${where}${overBudget}`, ...ending };
  }
  return { outcome: "keeps", reason: "", ...ending };
}

function without(outcome: Ending["outcome"], reason: string): Ending {
  return { outcome, reason, replicas: null, gpus: null, rate: null, result: null };
}

/** In place of a choice whose thread ended. */
export function lostChoice(index: number, reason: string): Studied {
  return { index, runs: 1, ...without("failed", reason) };
}
