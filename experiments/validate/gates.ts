import { type Suite, suites } from "../measured/measuredRun.ts";
import type { MetricName } from "../measured/metrics.ts";
import { type Regime, regimes } from "../measured/regimes.ts";
import { type Errors, errorsOf } from "./errors.ts";
import type { PredictedPoint } from "./points.ts";

/** Shares of what was measured that an error may reach. */
interface Limits {
  readonly medianRatio: number;
  readonly p90Ratio?: number;
  readonly worstRatio?: number;
}

interface Gate {
  readonly what: string;
  /** The figures that it is about: the metric of each suite. */
  readonly figures: Partial<Readonly<Record<Suite, MetricName>>>;
  /** Of those figures; all where not given. */
  readonly selects?: (point: PredictedPoint) => boolean;
  /** Regimes without limits are reported only. */
  readonly limits: Partial<Readonly<Record<Regime, Limits>>>;
}

const within = (median: number, p90: number): Limits => ({
  medianRatio: median / 100,
  p90Ratio: p90 / 100,
});

const tpot = { serving: "tpot_ms" } as const;
const watts = { steady_state: "steady_per_gpu_w", static_batch_power: "per_gpu_w" } as const;
const joules = { steady_state: "steady_per_output_token_j" } as const;

/** What is promised. Host-bound rows and FP8 experts are reported without a gate. */
const gates: readonly Gate[] = [
  {
    what: "TPOT, dense, H100, H200 and B200",
    figures: tpot,
    selects: (point) => isDense(point) && isOn(point, /^(H100|H200|B200)-SXM$/),
    limits: {
      interpolated: within(6, 15),
      new_architecture: within(12, 30),
      operators_only: within(15, 40),
    },
  },
  {
    what: "TPOT, MoE",
    figures: tpot,
    selects: hasExperts,
    limits: { interpolated: within(12, 30), new_architecture: within(25, 60) },
  },
  {
    what: "TTFT, closed loop of 64 at most",
    figures: { serving: "ttft_ms" },
    selects: (point) => !hasFp8Experts(point) && users(point) <= 64,
    limits: { interpolated: within(20, 50), new_architecture: within(30, 70) },
  },
  {
    what: "watts, dense, H100 and B200",
    figures: watts,
    selects: (point) => isDense(point) && isOn(point, /^(H100|B200)-SXM$/),
    limits: {
      interpolated: within(6, 15),
      new_architecture: within(9, 20),
      operators_only: within(20, 40),
    },
  },
  {
    what: "watts, bf16 and mxfp4 MoE",
    figures: watts,
    selects: (point) => hasExperts(point) && isIn(point, /^(bf16|mxfp4)$/),
    limits: { interpolated: within(12, 28), new_architecture: within(18, 35) },
  },
  {
    what: "throughput in steady state, dense",
    figures: { steady_state: "steady_output_tokens_per_s" },
    selects: isDense,
    limits: { interpolated: within(8, 20), new_architecture: within(12, 30) },
  },
  {
    what: "mean watts at partial load",
    figures: { partial_load: "partial_load_w" },
    limits: { interpolated: within(10, 20), new_architecture: within(15, 30) },
  },
  {
    what: "J per output token, dense",
    figures: joules,
    selects: isDense,
    limits: { interpolated: within(10, 25), new_architecture: within(15, 35) },
  },
  {
    what: "J per output token, MoE",
    figures: joules,
    selects: hasExperts,
    limits: { interpolated: within(20, 45), new_architecture: within(30, 60) },
  },
  {
    what: "KV capacity",
    figures: { kv_capacity: "kv_tokens" },
    limits: { new_architecture: { medianRatio: 0.04, worstRatio: 0.12 } },
  },
  {
    what: "paper, vLLM batch curves (Fig 5)",
    figures: { paper: "gpu_energy" },
    selects: (point) =>
      point.run.paper?.figure.startsWith("5") === true &&
      point.run.scenario.engine.stack.startsWith("vllm"),
    limits: { interpolated: within(12, 25) },
  },
  {
    what: "TPOT, fp8 MoE",
    figures: tpot,
    selects: hasFp8Experts,
    limits: {},
  },
  {
    what: "watts, fp8 MoE",
    figures: watts,
    selects: hasFp8Experts,
    limits: {},
  },
  {
    what: "watts, host-bound rows",
    figures: { steady_state_host_bound: "steady_per_gpu_w" },
    limits: {},
  },
];

/** How a gate stands in one regime. */
export interface GateResult {
  readonly what: string;
  /** undefined, as the errors, where there is no row in any regime. */
  readonly regime: Regime | undefined;
  readonly errors: Errors | undefined;
  readonly limits: Limits | undefined;
  /** undefined where nothing is promised. */
  readonly isKept: boolean | undefined;
}

/**
 * Every gate in every regime that has rows. A promise all of whose suites are `complete`, every row of
 * them asked for, is missed where it has none: else it would be kept by losing them.
 */
export function gateResults(
  points: readonly PredictedPoint[],
  complete: readonly Suite[] = [],
): GateResult[] {
  return gates.flatMap((gate) => {
    const results = resultsOf(gate, points);
    const isPromised = Object.keys(gate.limits).length > 0;
    const isAsked = suites.every(
      (suite) => gate.figures[suite] === undefined || complete.includes(suite),
    );
    if (results.length > 0 || !isPromised || !isAsked) return results;
    const { what } = gate;
    return [{ what, regime: undefined, errors: undefined, limits: undefined, isKept: false }];
  });
}

/** What a figure counts for; undefined where it is neither promised nor reported. */
export function promiseOf(point: PredictedPoint): string | undefined {
  return gates.find((gate) => isOf(gate, point))?.what;
}

function isOf({ figures, selects = () => true }: Gate, point: PredictedPoint): boolean {
  return isOneOf(point, figures) && selects(point);
}

function resultsOf(gate: Gate, points: readonly PredictedPoint[]): GateResult[] {
  const { what, limits } = gate;
  const selected = points.filter((point) => isOf(gate, point));
  return regimes.flatMap((regime) => {
    const errors = errorsOf(
      selected.flatMap(({ outcome }) => outcome.byRegime[regime]?.errorRatio ?? []),
    );
    if (errors === undefined) return [];
    const limit = limits[regime];
    const isKept = limit === undefined ? undefined : keeps(errors, limit);
    return [{ what, regime, errors, limits: limit, isKept }];
  });
}

function keeps(errors: Errors, limits: Limits): boolean {
  const { medianRatio, p90Ratio = Infinity, worstRatio = Infinity } = limits;
  return (
    errors.medianRatio <= medianRatio &&
    errors.p90Ratio <= p90Ratio &&
    errors.worstRatio <= worstRatio
  );
}

function isOneOf({ run, measurement }: PredictedPoint, figures: Gate["figures"]): boolean {
  return figures[run.suite] === measurement.metric;
}

function isOn({ run }: PredictedPoint, gpus: RegExp): boolean {
  return gpus.test(run.scenario.cluster.gpu);
}

function isIn({ run }: PredictedPoint, precisions: RegExp): boolean {
  return precisions.test(run.precision);
}

function isDense({ run }: PredictedPoint): boolean {
  return !run.isMoe;
}

function hasExperts(point: PredictedPoint): boolean {
  return point.run.isMoe && !hasFp8Experts(point);
}

function hasFp8Experts({ run }: PredictedPoint): boolean {
  return run.isMoe && run.precision === "fp8";
}

function users({ run }: PredictedPoint): number {
  const { arrivals } = run.scenario.workload;
  return arrivals?.kind === "closed_loop" ? arrivals.concurrency : Infinity;
}
