import { Simulation } from "../../sim/simulation.ts";
import type { Seconds, Tokens } from "../../sim/units.ts";
import { allAtOnce } from "../../workloads/arrivals/allAtOnce.ts";
import { openLoop } from "../../workloads/openLoop.ts";
import { digits, si } from "../report/quantity.ts";
import type { Composition } from "../scenario/compose.ts";
import type { Promised } from "./planSchema.ts";
import { quantileOf } from "./promise.ts";

/**
 * Promises that no number of replicas keeps, in words: a request that has a replica for itself takes
 * longer. A step never gets quicker by more work in it, nor a prompt by more tokens: these are bounds.
 * `fresh` composes the deployment anew, as a run uses its streams up.
 */
export function outOfReach(fresh: () => Composition, promised: Promised): string[] {
  const composed = fresh();
  const { classes, replicas, pools } = composed.simulation;
  // Classes have limits of their own, pools replicas that are quicker than others.
  if ((classes !== undefined && classes.length > 0) || pools !== undefined) return [];
  // An accepted guess makes tokens quicker than the mean.
  const guesses = replicas[0]?.speculation !== undefined;
  const { promptTokens, outputTokens } = lightest(composed, quantileOf(promised.percentile));
  const { ttftS } = lone(fresh(), { promptTokens, outputTokens: 2 });
  const { ttftS: shortestS, tpotS } = lone(fresh(), { promptTokens: 1, outputTokens: 2 });
  const wholeS =
    shortestS === undefined || tpotS === undefined || guesses
      ? undefined
      : shortestS + (outputTokens - 1) * tpotS;
  const floors = [
    { name: "TTFT", limitMs: promised.ttft_ms, floorS: ttftS },
    { name: "TPOT", limitMs: guesses ? null : promised.tpot_ms, floorS: tpotS },
    { name: "E2E", limitMs: promised.e2e_ms, floorS: Math.max(ttftS ?? 0, wholeS ?? 0) },
  ];
  const what = `${promised.percentile.toUpperCase()}`;
  return floors.flatMap(({ name, limitMs, floorS }) => {
    if (limitMs === null || floorS === undefined || floorS * 1000 <= limitMs) return [];
    const words = `${name} ${what} is at least ${digits(floorS * 1000)} ms > ${digits(limitMs)}`;
    return [`even alone on a replica ${words}`];
  });
}

interface Lengths {
  readonly promptTokens: Tokens;
  readonly outputTokens: Tokens;
}

const mostDrawn = 20_000;

/** What the requests of the percentile have at least; 1 token where it can't be told beforehand. */
function lightest({ simulation, requests, limits }: Composition, quantile: number): Lengths {
  const { source, timeoutS, clientsCancel, replicas } = simulation;
  const cached = replicas[0]?.cachesPrefixes === true;
  const isKnown = timeoutS === undefined && clientsCancel !== true && !cached;
  if (requests === undefined || requests > mostDrawn || !isKnown) {
    return { promptTokens: 1, outputTokens: 1 };
  }
  const prompts: number[] = [];
  const outputs: number[] = [];
  for (let request = source.next(); request !== undefined; request = source.next()) {
    const room = limits.maxModelLen - request.promptTokens;
    // It is rejected.
    if (room <= 0) continue;
    prompts.push(request.promptTokens);
    outputs.push(Math.min(room, request.outputTokens));
  }
  // Others come as these end.
  if (source.mayIssueMore?.() === true) return { promptTokens: 1, outputTokens: 1 };
  return { promptTokens: at(prompts, quantile), outputTokens: at(outputs, quantile) };
}

function at(values: readonly number[], quantile: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(quantile * (sorted.length - 1))] ?? 1;
}

interface Lone {
  readonly ttftS: Seconds | undefined;
  readonly tpotS: Seconds | undefined;
}

function lone({ simulation, limits }: Composition, asked: Lengths): Lone {
  const promptTokens = Math.min(asked.promptTokens, limits.maxModelLen - 1);
  const lengths = { next: () => ({ ...asked, promptTokens }), promptCuts: 0, outputCuts: 0 };
  const { latency } = new Simulation({
    ...simulation,
    source: openLoop({ arrivals: allAtOnce(), lengths, requests: 1 }),
    horizonS: undefined,
    timeoutS: undefined,
    clientsCancel: undefined,
    steadyConcurrency: undefined,
    failures: undefined,
  }).run();
  return { ttftS: latency.ttftS?.mean, tpotS: latency.tpotS?.mean };
}

/** Watts that a deployment draws before any request comes: GPUs, and hosts where they are known. */
export function idleRackW({ simulation, deployment }: Composition): number {
  const { replicas, standby } = simulation;
  const servingW = replicas.reduce((watts, replica) => watts + replica.idleW, 0);
  return servingW + (standby?.idleW ?? 0) + gpusOf({ simulation }) * (deployment.host?.idleW ?? 0);
}

/** Everything that is paid for: what serves and what stands by. */
export function gpusOf({ simulation }: Pick<Composition, "simulation">): number {
  const { replicas, standby } = simulation;
  return replicas.reduce((gpus, replica) => gpus + replica.gpus, standby?.gpus ?? 0);
}

/** Why a budget is too small for so many replicas at rest; undefined where it isn't. */
export function beyondBudget(composed: Composition, budgetW: number | null): string | undefined {
  const idleW = idleRackW(composed);
  if (budgetW === null || idleW <= budgetW) return undefined;
  return `draws ${si(idleW, "W")} at rest, above ${si(budgetW, "W")}`;
}
