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
  readonly selects: (point: PredictedPoint) => boolean;
  /** Regimes without limits are reported only. */
  readonly limits: Partial<Readonly<Record<Regime, Limits>>>;
}

const within = (median: number, p90: number): Limits => ({
  medianRatio: median / 100,
  p90Ratio: p90 / 100,
});

/** What is promised. Host-bound rows and FP8 experts are reported without a gate. */
const gates: readonly Gate[] = [
  {
    what: "TPOT, dense, H100, H200 and B200",
    selects: (point) =>
      isOf(point, "serving", "tpot_ms") && isDense(point) && isOn(point, /^(H100|H200|B200)-SXM$/),
    limits: {
      interpolated: within(6, 15),
      new_architecture: within(12, 30),
      operators_only: within(15, 40),
    },
  },
  {
    what: "TPOT, MoE",
    selects: (point) => isOf(point, "serving", "tpot_ms") && hasExperts(point),
    limits: { interpolated: within(12, 30), new_architecture: within(25, 60) },
  },
  {
    what: "TTFT, closed loop of 64 at most",
    selects: (point) =>
      isOf(point, "serving", "ttft_ms") && !hasFp8Experts(point) && users(point) <= 64,
    limits: { interpolated: within(20, 50), new_architecture: within(30, 70) },
  },
  {
    what: "watts, dense, H100 and B200",
    selects: (point) => isWatts(point) && isDense(point) && isOn(point, /^(H100|B200)-SXM$/),
    limits: {
      interpolated: within(6, 15),
      new_architecture: within(9, 20),
      operators_only: within(20, 40),
    },
  },
  {
    what: "watts, bf16 and mxfp4 MoE",
    selects: (point) => isWatts(point) && hasExperts(point) && isIn(point, /^(bf16|mxfp4)$/),
    limits: { interpolated: within(12, 28), new_architecture: within(18, 35) },
  },
  {
    what: "throughput in steady state, dense",
    selects: (point) => isOf(point, "steady_state", "steady_output_tokens_per_s") && isDense(point),
    limits: { interpolated: within(8, 20), new_architecture: within(12, 30) },
  },
  {
    what: "mean watts at partial load",
    selects: (point) => isOf(point, "partial_load", "partial_load_w"),
    limits: { interpolated: within(10, 20), new_architecture: within(15, 30) },
  },
  {
    what: "J per output token, dense",
    selects: (point) => isOf(point, "steady_state", "steady_per_output_token_j") && isDense(point),
    limits: { interpolated: within(10, 25), new_architecture: within(15, 35) },
  },
  {
    what: "J per output token, MoE",
    selects: (point) =>
      isOf(point, "steady_state", "steady_per_output_token_j") && hasExperts(point),
    limits: { interpolated: within(20, 45), new_architecture: within(30, 60) },
  },
  {
    what: "KV capacity",
    selects: (point) => isOf(point, "kv_capacity", "kv_tokens"),
    limits: { new_architecture: { medianRatio: 0.04, worstRatio: 0.12 } },
  },
  {
    what: "paper, vLLM batch curves (Fig 5)",
    selects: (point) =>
      isOf(point, "paper", "gpu_energy") &&
      point.run.paper?.figure.startsWith("5") === true &&
      point.run.scenario.engine.stack.startsWith("vllm"),
    limits: { interpolated: within(12, 25) },
  },
  {
    what: "TPOT, fp8 MoE",
    selects: (point) => isOf(point, "serving", "tpot_ms") && hasFp8Experts(point),
    limits: {},
  },
  {
    what: "watts, fp8 MoE",
    selects: (point) => isWatts(point) && hasFp8Experts(point),
    limits: {},
  },
  {
    what: "watts, host-bound rows",
    selects: (point) => isOf(point, "steady_state_host_bound", "steady_per_gpu_w"),
    limits: {},
  },
];

/** How a gate stands in one regime. */
export interface GateResult {
  readonly what: string;
  readonly regime: Regime;
  readonly errors: Errors;
  readonly limits: Limits | undefined;
  /** undefined where nothing is promised. */
  readonly isKept: boolean | undefined;
}

/** Every gate in every regime that has rows. */
export function gateResults(points: readonly PredictedPoint[]): GateResult[] {
  return gates.flatMap(({ what, selects, limits }) => {
    const selected = points.filter(selects);
    return regimes.flatMap((regime) => {
      const errors = errorsOf(
        selected.flatMap(({ outcome }) => outcome.byRegime[regime]?.errorRatio ?? []),
      );
      if (errors === undefined) return [];
      const limit = limits[regime];
      const isKept = limit === undefined ? undefined : keeps(errors, limit);
      return [{ what, regime, errors, limits: limit, isKept }];
    });
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

function isOf({ run, measurement }: PredictedPoint, suite: string, metric: string): boolean {
  return run.suite === suite && measurement.metric === metric;
}

function isWatts(point: PredictedPoint): boolean {
  return (
    isOf(point, "steady_state", "steady_per_gpu_w") ||
    isOf(point, "static_batch_power", "per_gpu_w")
  );
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
