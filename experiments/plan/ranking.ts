import { digits } from "../report/quantity.ts";
import type { Result } from "../report/result.ts";
import { type Burdens, gains, isOnFront } from "./frontier.ts";
import { type Comparison, hostIsKnown, rangeText, type Score, scoreOf } from "./objective.ts";
import type { Plan } from "./plan.ts";
import type { Studied } from "./studyChoice.ts";

/** A choice and what became of it beside the others. */
export interface Ranked {
  readonly studied: Studied;
  /**
   * best; tie: its range holds the best's figure; front: dearer, but no other is better in joules, latency
   * and GPUs; dearer; else why it can't be the answer.
   */
  readonly verdict: "best" | "tie" | "front" | "dearer" | Studied["outcome"];
  /** Why it isn't the answer; empty of the best. */
  readonly why: string;
  /** Null where it is not compared. */
  readonly score: Score | null;
  readonly isOnFront: boolean;
}

export interface Ranking {
  /** Those that keep the promises, best first, then the others in the order of the file. */
  readonly rows: readonly Ranked[];
  readonly comparison: Comparison;
}

interface Candidate {
  readonly studied: Studied;
  readonly result: Result;
  readonly score: Score;
  readonly burdens: Burdens;
}

export function ranking(plan: Plan, all: readonly Studied[]): Ranking {
  const comparison: Comparison = {
    objective: plan.objective,
    withHosts: all.every(
      ({ outcome, result }) => outcome !== "keeps" || result === null || hostIsKnown(result),
    ),
    isPerRate: plan.find === "rate",
  };
  const candidates = all
    .flatMap((studied) => candidateOf(studied, plan, comparison) ?? [])
    .sort(byScore);
  const [best] = candidates;
  const compared = new Set(candidates.map(({ studied }) => studied));
  const others = all.filter((studied) => !compared.has(studied)).map(uncompared);
  if (best === undefined) return { rows: others, comparison };
  const { isPerRate } = comparison;
  const fronts = candidates.map(({ burdens }) => burdens);
  const rows = candidates.map((candidate): Ranked => {
    const { studied, score } = candidate;
    const onFront = isOnFront(candidate.burdens, fronts);
    return {
      studied,
      score,
      isOnFront: onFront,
      ...verdictOf(candidate, best, { onFront, isPerRate }),
    };
  });
  return { rows: [...rows, ...others], comparison };
}

function candidateOf(
  studied: Studied,
  { promised }: Plan,
  comparison: Comparison,
): Candidate | undefined {
  const { outcome, result, gpus } = studied;
  if (outcome !== "keeps" || result === null || gpus === null) return undefined;
  const score = scoreOf(result, gpus, comparison);
  const perOutputTokenJ = result.energy.per_output_token_j;
  const e2eMs = result.latency.e2e_ms[promised.percentile];
  const rate = comparison.isPerRate ? result.throughput.requests_per_s : 1;
  if (score === undefined || perOutputTokenJ === null || e2eMs === null || rate === null) {
    return undefined;
  }
  return { studied, result, score, burdens: { perOutputTokenJ, e2eMs, gpus: gpus / rate } };
}

/** Of equals the one with fewer joules, then with fewer GPUs, then the first of the file. */
function byScore(a: Candidate, b: Candidate): number {
  return (
    a.score.value - b.score.value ||
    a.burdens.perOutputTokenJ - b.burdens.perOutputTokenJ ||
    a.burdens.gpus - b.burdens.gpus ||
    a.studied.index - b.studied.index
  );
}

function verdictOf(
  candidate: Candidate,
  best: Candidate,
  { onFront, isPerRate }: { readonly onFront: boolean; readonly isPerRate: boolean },
): Pick<Ranked, "verdict" | "why"> {
  if (candidate === best) return { verdict: "best", why: "" };
  const { value, interval } = candidate.score;
  const better = gains(candidate.burdens, best.burdens, isPerRate).join(", ");
  const but = better === "" ? "" : `; ${better}`;
  if (value === best.score.value) return { verdict: "tie", why: `as good${but}` };
  const percents = (value / best.score.value - 1) * 100;
  const more = `+${percents < 1 ? percents.toPrecision(1) : digits(percents)} %`;
  if (interval !== null && interval[0] <= best.score.value) {
    return { verdict: "tie", why: `${more}, range ${rangeText(interval)}${but}` };
  }
  return { verdict: onFront ? "front" : "dearer", why: `${more}${but}` };
}

function uncompared(studied: Studied): Ranked {
  const { outcome, reason } = studied;
  const isKeeping = outcome === "keeps";
  return {
    studied,
    verdict: isKeeping ? "failed" : outcome,
    why: isKeeping ? "emits no token to be compared by" : reason,
    score: null,
    isOnFront: false,
  };
}
