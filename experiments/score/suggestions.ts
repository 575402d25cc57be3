import type { Result } from "../report/result.ts";
import type { ScoredFigure } from "./scoredFigures.ts";

/** Smaller errors than runs that are repeated differ by. */
const smallRatio = 0.03;

/** Which constants a prediction's errors point at. */
export function suggestions(figures: readonly ScoredFigure[], result: Result): string[] {
  const errorOf = (metric: string) =>
    figures.find((figure) => figure.metric === metric)?.error_ratio ?? undefined;
  const off = (error: number | undefined): error is number =>
    error !== undefined && Math.abs(error) > smallRatio;
  const tpot = errorOf("latency.tpot_ms.mean");
  const ttft = errorOf("latency.ttft_ms.mean");
  const watts = errorOf("power.gpu_mean_w");
  const joules = errorOf("energy.per_output_token_j");
  const { gpu } = result.scenario.cluster;
  const of = `${gpu} under ${result.scenario.engine.stack}`;
  const found = [
    ...(off(tpot)
      ? [
          `TPOT is ${said(tpot)}: the latency constants of decode (memory bandwidth reached, time per step) of ${of}`,
        ]
      : []),
    ...(off(ttft)
      ? [
          off(tpot) && Math.sign(tpot) === Math.sign(ttft)
            ? `TTFT is ${said(ttft)}, as TPOT: requests wait for the same steps`
            : `TTFT is ${said(ttft)}: the latency constants of prefill (FLOP/s reached) and of the front end of ${of}`,
        ]
      : []),
    ...(off(watts) ? [`watts are ${said(watts)}: the power curve of ${gpu}`] : []),
    ...(off(joules) && !off(watts) && !off(tpot)
      ? [
          `J per output token are ${said(joules)} while watts and TPOT agree: compare durations and queues first`,
        ]
      : []),
  ];
  return found;
}

function said(errorRatio: number): string {
  const percent = Math.abs(errorRatio * 100).toFixed(0);
  return `predicted ${percent} % too ${errorRatio > 0 ? "high" : "low"}`;
}
