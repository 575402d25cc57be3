import { lengthMean } from "../measured/lengthMean.ts";
import type { MeasuredRun } from "../measured/measuredRun.ts";
import { metrics } from "../measured/metrics.ts";
import type { Regime } from "../measured/regimes.ts";
import { errorsOf } from "./errors.ts";
import { isPredicted, type Point, type PredictedPoint } from "./points.ts";
import type { Validation } from "./validate.ts";

/** What `validate --json` writes: one point for each measured figure. */
export function study(validation: Validation) {
  const points = validation.points.map(studyPoint);
  const predicted = validation.points.filter(isPredicted);
  const errors = errorsOf(
    predicted.map(({ measurement, outcome }) => outcome.value / measurement.value - 1),
  );
  return {
    schema: "tokenwatt/study@1",
    points,
    summary: {
      points: points.length,
      simulated: predicted.length,
      median_error: errors?.medianRatio ?? null,
      p90_error: errors?.p90Ratio ?? null,
      gates: validation.gates.map(({ what, regime, errors: of, limits, isKept }) => ({
        what,
        regime: regime ?? null,
        rows: of?.rows ?? 0,
        median_error: of?.medianRatio ?? null,
        p90_error: of?.p90Ratio ?? null,
        worst_error: of?.worstRatio ?? null,
        median_limit: limits?.medianRatio ?? null,
        p90_limit: limits?.p90Ratio ?? null,
        worst_limit: limits?.worstRatio ?? null,
        kept: isKept ?? null,
      })),
    },
  };
}

export type StudyPoint = ReturnType<typeof studyPoint>;

export function studyPoint(point: Point) {
  const { run, measurement } = point;
  return {
    suite: run.suite,
    ...(run.paper === undefined ? {} : { figure: run.paper.figure }),
    id: run.id,
    series: `${run.isMoe ? "MoE" : "dense"} ${run.precision}`,
    ...deploymentOf(run),
    metric: run.paper?.metric ?? measurement.metric,
    unit: metrics[measurement.metric].unit,
    ...predictionOf(point),
    published: measurement.value,
    interval_80: isPredicted(point) ? (point.outcome.interval80 ?? null) : null,
    kind: run.kind,
    source: run.source,
    assumed: run.assumed ?? [],
  };
}

/** The paper's rows in the paper's words. */
function deploymentOf({ scenario, paper }: MeasuredRun) {
  const { cluster, engine, workload } = scenario;
  const mean = (side: "input" | "output") =>
    workload.lengths ? lengthMean(workload.lengths[side]) : null;
  return {
    model: paper?.model ?? scenario.llm,
    gpu: paper?.gpu ?? cluster.gpu,
    n_gpus_tp: cluster.tensor_parallel_size ?? 1,
    framework: paper?.framework ?? engine.stack,
    batch: batchOf(workload),
    input_tokens: mean("input"),
    output_tokens: mean("output"),
    workload: paper?.workload ?? workload.arrivals?.kind ?? null,
  };
}

function predictionOf({ measurement, outcome }: Point) {
  if (outcome.status === "refused") {
    const { outOfMemory, reason } = outcome;
    const unknown = { simulated: null, error: null, used_to_fit: false, baselines: {} };
    return { ...unknown, by_regime: byRegime({}), out_of_memory: outOfMemory, reason };
  }
  return {
    simulated: outcome.value,
    error: outcome.value / measurement.value - 1,
    used_to_fit: outcome.isUsedToFit,
    by_regime: byRegime(outcome.byRegime),
    /** By their names, in the unit of the figure; those that have a say. */
    baselines: outcome.baselines,
  };
}

/** In the unit of the figure; null where the regime does not exist for it. */
function byRegime(estimates: Estimates): Readonly<Record<Regime, number | null>> {
  const { interpolated, new_architecture, operators_only } = estimates;
  return {
    interpolated: interpolated?.value ?? null,
    new_architecture: new_architecture?.value ?? null,
    operators_only: operators_only?.value ?? null,
  };
}

type Estimates = PredictedPoint["outcome"]["byRegime"];

/** Requests in flight at once; null where arrivals decide. */
function batchOf({ arrivals, num_requests }: MeasuredRun["scenario"]["workload"]): number | null {
  if (arrivals?.kind === "closed_loop") return arrivals.concurrency;
  return arrivals?.kind === "all_at_once" ? (num_requests ?? null) : null;
}
