import type { Interval } from "../../models/uncertainty.ts";
import type { Result } from "../report/result.ts";
import { memberOf } from "../scenario/schemaTree.ts";

/** One figure of a real run beside what was predicted of it. */
export interface ScoredFigure {
  /** Its path in our result. */
  readonly metric: string;
  readonly measured: number;
  readonly predicted: number | null;
  /** (predicted - measured) / measured; null where either is not known or nothing was measured. */
  readonly error_ratio: number | null;
  /** Where 80 % of measurements of it lie. */
  readonly interval_80: Interval | null;
  readonly in_interval: boolean | null;
  /** undefined where nothing is promised of it. */
  readonly isKept: boolean | undefined;
}

/** Figures whose intervals are known, unless `withinRatio` bounds the errors of all. */
const promised: Readonly<Record<string, (result: Result) => Interval | null>> = {
  "latency.ttft_ms.mean": ({ latency }) => latency.interval_80.ttft_ms,
  "latency.tpot_ms.mean": ({ latency }) => latency.interval_80.tpot_ms,
  "power.gpu_mean_w": ({ power }) => power.interval_80.gpu_mean_w,
  "power.per_gpu_mean_w": ({ power }) => power.interval_80.per_gpu_mean_w,
  "energy.gpu_j": ({ energy }) => energy.interval_80.gpu_j,
  "energy.per_output_token_j": ({ energy }) => energy.interval_80.per_output_token_j,
};

/** Joules follow from the watts and tokens beside them: they are shown, and promised once. */
const follows = new Set(["energy.gpu_j", "power.per_gpu_mean_w"]);

export function scoredFigures(
  measured: ReadonlyMap<string, number>,
  result: Result,
  withinRatio?: number,
): ScoredFigure[] {
  return [...measured].map(([metric, value]) => {
    const found = metric.split(".").reduce<unknown>(memberOf, result);
    const predicted = typeof found === "number" ? found : null;
    const interval = promised[metric]?.(result) ?? null;
    const errorRatio = errorOf(value, predicted);
    const inInterval = interval === null ? null : isIn(interval, value);
    const isPromised = withinRatio !== undefined || (interval !== null && !follows.has(metric));
    return {
      metric,
      measured: value,
      predicted,
      error_ratio: errorRatio,
      interval_80: interval,
      in_interval: inInterval,
      isKept: isPromised
        ? isKept({ value, predicted, interval, errorRatio }, withinRatio)
        : undefined,
    };
  });
}

function errorOf(measured: number, predicted: number | null): number | null {
  if (predicted === null) return null;
  if (measured === 0) return predicted === 0 ? 0 : null;
  return (predicted - measured) / measured;
}

interface Judged {
  readonly value: number;
  readonly predicted: number | null;
  readonly interval: Interval | null;
  readonly errorRatio: number | null;
}

/** An interval need not contain its prediction: between the two, a measurement is no miss. */
function isKept({ value, predicted, interval, errorRatio }: Judged, within?: number): boolean {
  if (within !== undefined) return errorRatio !== null && Math.abs(errorRatio) <= within;
  if (predicted === null || interval === null) return false;
  return isIn([Math.min(predicted, interval[0]), Math.max(predicted, interval[1])], value);
}

function isIn([low, high]: Interval, value: number): boolean {
  return value >= low && value <= high;
}
