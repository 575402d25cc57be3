import { tokenwattVersion } from "../package.ts";
import { digits } from "../report/quantity.ts";
import { type Axis, pointAt } from "../sweep/points.ts";
import { unitOf } from "./objective.ts";
import type { LoadedPlan } from "./planFile.ts";
import { type Ranked, type Ranking, ranking } from "./ranking.ts";
import type { Studied } from "./studyChoice.ts";
import { rackPeakW } from "./trial.ts";

/** A plan with its answer. */
export interface PlanReport extends Ranking {
  readonly loaded: LoadedPlan;
  /** Unit of the scores. */
  readonly unit: string;
  /** What to know before trusting the answer. */
  readonly notes: readonly string[];
}

export function planReport(loaded: LoadedPlan, studied: readonly Studied[]): PlanReport {
  const ranked = ranking(loaded.plan, studied);
  const [first] = ranked.rows;
  const currency = first?.studied.result?.scenario.site.currency ?? "money";
  const unit = unitOf(ranked.comparison, currency);
  return { ...ranked, loaded, unit, notes: notesOf(loaded, ranked) };
}

/** The first of the rows, where it keeps all promises. */
export function bestOf({ rows }: Pick<PlanReport, "rows">): Ranked | undefined {
  const [first] = rows;
  return first?.verdict === "best" ? first : undefined;
}

/** A tail needs time to show: a run should last as long as so many of its slowest answers. */
const answersLong = 10;

function notesOf({ plan }: LoadedPlan, { rows, comparison }: Ranking): string[] {
  const best = bestOf({ rows });
  const result = best?.studied.result;
  if (best === undefined || result == null) return [];
  const notes: string[] = [];
  const ties = rows.filter(({ verdict }) => verdict === "tie").length;
  if (ties > 0) {
    notes.push(
      `${ties === 1 ? "1 choice ties" : `${ties} choices tie`} with the best: by this model they can't be told apart`,
    );
  }
  if (!comparison.withHosts && comparison.objective !== "gpus") {
    notes.push(
      "the hosts of some GPUs are unknown: all are compared by their GPUs alone, times PUE",
    );
  }
  if (plan.powerBudgetW !== null && result.power.site_peak_w === null) {
    notes.push("the best's hosts are unknown: power_budget_w is held against its GPUs alone");
  }
  const slowestS = (result.latency.e2e_ms[plan.promised.percentile] ?? 0) / 1000;
  if (result.duration_s < answersLong * slowestS) {
    const long = `${digits(result.duration_s)} s, ${digits(result.duration_s / slowestS)} of its slow answers`;
    notes.push(`the best's run lasts ${long}: more requests would tell its tail better`);
  }
  if (best.studied.rate?.failed === null) {
    notes.push(
      "the best keeps the slo at the highest rate that is tried, 1024 times the given one",
    );
  }
  return [...notes, ...result.warnings.map((warning) => `best: ${warning}`)];
}

/** Of a row, its varied values by path. */
export function valuesOf({ plan }: LoadedPlan, index: number): Record<string, unknown> {
  const { values } = pointAt(plan.choices, index);
  const paths = plan.choices.axes.flatMap((axis: Axis) => axis.paths);
  return Object.fromEntries(paths.map((path, place) => [path, values[place]]));
}

/** As `--json` writes it. */
export function planJson(report: PlanReport) {
  const { loaded, rows, unit, notes, comparison } = report;
  const { plan, name, digest } = loaded;
  const best = bestOf(report);
  return {
    schema: "tokenwatt/plan@1",
    tokenwatt_version: tokenwattVersion(),
    plan: name,
    digest,
    objective: plan.objective,
    unit,
    with_hosts: comparison.withHosts,
    find: plan.find,
    slo: plan.promised,
    power_budget_w: plan.powerBudgetW,
    best: best?.studied.index ?? null,
    ties: rows.filter(({ verdict }) => verdict === "tie").map(({ studied }) => studied.index),
    front: rows.filter(({ isOnFront }) => isOnFront).map(({ studied }) => studied.index),
    runs: rows.reduce((runs, { studied }) => runs + studied.runs, 0),
    notes,
    choices: rows.map((row) => choiceJson(loaded, row)),
    scenario: best?.studied.result?.scenario ?? null,
  };
}

function choiceJson(loaded: LoadedPlan, { studied, verdict, why, score, isOnFront }: Ranked) {
  const { index, replicas, gpus, rate, runs, result } = studied;
  return {
    index,
    values: valuesOf(loaded, index),
    verdict,
    why,
    on_front: isOnFront,
    objective: score === null ? null : { value: score.value, interval_80: score.interval },
    replicas,
    gpus,
    rate,
    runs,
    energy: result && {
      per_output_token_j: result.energy.per_output_token_j,
      interval_80: result.energy.interval_80.per_output_token_j,
    },
    latency: result && {
      ttft_ms: result.latency.ttft_ms,
      tpot_ms: result.latency.tpot_ms,
      e2e_ms: result.latency.e2e_ms,
    },
    power: result && {
      gpu_mean_w: result.power.gpu_mean_w,
      rack_peak_w: rackPeakW(result),
    },
    carbon: result?.carbon ?? null,
    cost: result?.cost ?? null,
    calibration: result?.calibration ?? null,
  };
}
