import type { MeasuredRun, Suite } from "../../../experiments/measured/measuredRun.ts";
import type { MetricName } from "../../../experiments/measured/metrics.ts";
import type { Regime } from "../../../experiments/measured/regimes.ts";
import type { PredictedPoint } from "../../../experiments/validate/points.ts";
import type { Evidence, Support } from "../../../models/evidence.ts";

export interface Wanted {
  readonly suite?: Suite;
  readonly gpu?: string;
  readonly architecture?: string;
  readonly isMoe?: boolean;
  readonly precision?: string;
  readonly concurrency?: number;
  readonly metric?: MetricName;
  readonly value?: number;
}

/** A measured run of one figure. */
export function measuredRun(wanted: Wanted = {}): MeasuredRun {
  const { suite = "serving", gpu = "H100-SXM", architecture = "one", isMoe = false } = wanted;
  const { precision = "bf16", concurrency = 8, metric = "tpot_ms", value = 10 } = wanted;
  return {
    id: `${suite}/${gpu}/${architecture}/${metric}/${value}`,
    suite,
    architecture,
    isMoe,
    precision,
    scenario: {
      llm: "meta-llama/Llama-3.1-8B",
      cluster: { gpu },
      engine: { stack: "vllm" },
      workload: {
        arrivals: { kind: "closed_loop", concurrency },
        lengths: { input: { kind: "fixed", tokens: 100 }, output: { kind: "fixed", tokens: 20 } },
        num_requests: 3 * concurrency,
      },
    },
    measured: [{ metric, value }],
    source: "a test",
    kind: "measured",
  };
}

/** The same with a prediction that is wrong by `errorRatio`, in one regime. */
export function predictedPoint(
  errorRatio: number,
  wanted: Wanted = {},
  regime: Regime = "operators_only",
): PredictedPoint {
  const measurement = { metric: wanted.metric ?? "tpot_ms", value: wanted.value ?? 10 } as const;
  const value = measurement.value * (1 + errorRatio);
  return {
    run: { ...measuredRun(wanted), measured: [measurement] },
    measurement,
    outcome: {
      status: "predicted",
      value,
      isUsedToFit: false,
      interval80: undefined,
      byRegime: { [regime]: { value, errorRatio, heldOut: undefined } },
      baselines: {},
    },
  };
}

export function evidence(latency: Support, power: Support): Evidence {
  return {
    latency: { basis: "fitted", support: latency, hasOwnKernels: true },
    power: { basis: "fitted", support: power },
    sources: [],
  };
}
