import type { MeasuredRun, Measurement } from "../../measured/measuredRun.ts";
import type { MetricName } from "../../measured/metrics.ts";
import { isQueueing } from "../../measured/queueing.ts";

/** A measured figure that a fit looks at. */
export interface Figure {
  readonly run: MeasuredRun;
  /** Its place among the run's figures. */
  readonly index: number;
  readonly metric: MetricName;
  readonly measured: number;
  /** An error up to which it counts by the square. */
  readonly toleranceRatio: number;
}

/** How far a model of this kind comes: times of steps closer than waits in queues. */
export const latencyTolerances: Tolerances = {
  tpot_ms: 0.08,
  steady_tpot_ms: 0.08,
  steady_output_tokens_per_s: 0.08,
  output_tokens_per_s: 0.08,
  batch_latency_s: 0.08,
  e2e_ms: 0.1,
  ttft_ms: 0.25,
  prompt_ms: 0.25,
};

export const powerTolerances: Tolerances = {
  per_gpu_w: 0.06,
  partial_load_w: 0.06,
  steady_per_gpu_w: 0.06,
  // They hold an error of time as well.
  steady_per_output_token_j: 0.12,
  per_output_token_j: 0.12,
  gpu_energy: 0.12,
};

export type Tolerances = { readonly [name in MetricName]?: number };

/** The figures of runs that have a tolerance, but TTFT where it is queueing. */
export function figuresOf(runs: readonly MeasuredRun[], tolerances: Tolerances): Figure[] {
  return runs.flatMap((run) =>
    run.measured.flatMap((measurement, index): Figure[] => {
      const { metric, value: measured } = measurement;
      const toleranceRatio = tolerances[metric];
      if (toleranceRatio === undefined) return [];
      if (followsFromOthers(run, metric) || tellsOfQueue(run, measurement)) return [];
      return [{ run, index, metric, measured, toleranceRatio }];
    }),
  );
}

/** Users know what they measured: of their own runs a TTFT that is long is kept, as prompts may be. */
export function tellsOfQueue(run: MeasuredRun, { metric, value }: Measurement): boolean {
  if (metric !== "ttft_ms") return false;
  return isQueueing(run, run.suite === "own" ? 0 : value);
}

/** Watts over tokens per second are joules a token. */
const factors: { readonly [name in MetricName]?: readonly MetricName[] } = {
  steady_per_output_token_j: ["steady_per_gpu_w", "steady_output_tokens_per_s"],
  per_output_token_j: ["per_gpu_w", "output_tokens_per_s"],
};

/** A figure that two others make up tells nothing new where both were measured. */
function followsFromOthers({ measured }: MeasuredRun, name: MetricName): boolean {
  const others = factors[name];
  if (others === undefined) return false;
  return others.every((other) => measured.some(({ metric }) => metric === other));
}

/** All figures of one kind of one network together count no more than so many. */
const figuresOfOneNetwork = 12;

/** Rows of one network err together: many of them tell little more than some. */
export function weightsOf(figures: readonly Figure[]): Float64Array {
  const keyOf = ({ run, metric }: Figure) => `${run.architecture}|${run.precision}|${metric}`;
  const counts = new Map<string, number>();
  for (const figure of figures) {
    counts.set(keyOf(figure), (counts.get(keyOf(figure)) ?? 0) + 1);
  }
  return Float64Array.from(figures, (figure) =>
    Math.min(1, figuresOfOneNetwork / (counts.get(keyOf(figure)) ?? 1)),
  );
}
