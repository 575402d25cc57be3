import { RunError, UserError } from "../errors.ts";
import { si } from "../report/quantity.ts";
import type { Result } from "../report/result.ts";
import { runScenario } from "../run.ts";
import type { LoadedScenario } from "../scenario/load.ts";
import { reasonOf } from "../sweep/simulatePoint.ts";
import type { Promised } from "./planSchema.ts";
import { broken, hopelessness } from "./promise.ts";

/** What came of a run of a deployment. */
export interface Trial {
  readonly loaded: LoadedScenario;
  /** Absent where the run was given up or failed. */
  readonly result: Result | undefined;
  /** Why the run could not go on. */
  readonly failure: string | undefined;
  /** Promises that it broke, in words. */
  readonly broken: readonly string[];
  /** Why it draws too much, in words. */
  readonly overBudget: string | undefined;
}

export interface TrialOptions {
  readonly promised: Promised;
  readonly powerBudgetW: number | null;
  /** Of the run; undefined where only time ends it. */
  readonly requests: number | undefined;
  /** True: nobody needs the figures of a run that breaks its promises. */
  readonly mayGiveUp: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Ends a run whose outcome is known. */
class GivenUp extends Error {}

/** Simulates a deployment and judges it. */
export async function trial(loaded: LoadedScenario, options: TrialOptions): Promise<Trial> {
  const { promised, powerBudgetW, requests, mayGiveUp, signal } = options;
  const { classes, arrivals } = loaded.scenario.workload;
  const isHopeless =
    mayGiveUp && requests !== undefined && classes === null
      ? hopelessness(promised, requests)
      : undefined;
  let overload: string | undefined;
  try {
    const result = await runScenario(loaded, {
      signal,
      onRequest: isHopeless && ((request) => endIf(isHopeless(request))),
      onOverload: (warning) => {
        overload = warning;
      },
    });
    const behind = overload === undefined || !isSteady(arrivals?.kind) ? [] : [overload];
    return {
      loaded,
      result,
      failure: undefined,
      broken: [...behind, ...broken(result, promised)],
      overBudget: overBudgetText(result, powerBudgetW),
    };
  } catch (error) {
    const failure = failureOf(error);
    const reason = failure ?? "given up";
    return { loaded, result: undefined, failure, broken: [reason], overBudget: undefined };
  }
}

/** @throws what is no failure of the run. */
function failureOf(error: unknown): string | undefined {
  if (error instanceof GivenUp) return undefined;
  if (error instanceof RunError || error instanceof UserError) return reasonOf(error);
  throw error;
}

function endIf(isOver: boolean): void {
  if (isOver) throw new GivenUp();
}

/** Where requests come at one rate, to be behind once is to stay behind; a peak may pass. */
function isSteady(kind: string | undefined): boolean {
  return ["poisson", "gamma", "hyper_exponential", "constant"].includes(kind ?? "");
}

/** What GPUs and, where they are known, hosts draw together over a second, cooling apart. */
export function rackPeakW({ power, scenario }: Result): number | null {
  const { site_peak_w: siteW, gpu_peak_w: gpuW } = power;
  return siteW === null ? gpuW : siteW / scenario.site.pue;
}

function overBudgetText(result: Result, budgetW: number | null): string | undefined {
  const peakW = rackPeakW(result);
  if (budgetW === null || peakW === null || peakW <= budgetW) return undefined;
  return `draws ${si(peakW, "W")} over a second, above ${si(budgetW, "W")}`;
}
