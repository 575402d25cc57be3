import { UserError } from "../errors.ts";
import type { Result } from "../report/result.ts";
import { runScenario } from "../run.ts";
import { loadScenario } from "../scenario/load.ts";
import { readBench } from "./benchResult.ts";
import type { MeasuredBench } from "./measuredBench.ts";
import { type MeasuredPower, measuredPower } from "./measuredPower.ts";
import { readPowerLog } from "./powerLog.ts";
import { type ScoredFigure, scoredFigures } from "./scoredFigures.ts";
import { suggestions } from "./suggestions.ts";
import { gpusOf, unlike } from "./unlike.ts";

export interface ScoreOptions {
  readonly set?: readonly string[] | undefined;
  readonly seed?: string | undefined;
  readonly benchmark?: number | undefined;
  readonly power?: string | undefined;
  readonly powerPeriodS?: number | undefined;
  readonly powerStartS?: number | undefined;
  readonly powerGpus?: readonly string[] | undefined;
  /** What every error may come to; the intervals decide where not given. */
  readonly withinRatio?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Score {
  readonly bench: MeasuredBench;
  readonly power: MeasuredPower | undefined;
  readonly result: Result;
  readonly figures: readonly ScoredFigure[];
  readonly notes: readonly string[];
  readonly suggestions: readonly string[];
}

/** Simulates what a benchmark measured, and holds every figure of the two side by side. */
export async function score(
  path: string,
  benchPath: string,
  options: ScoreOptions = {},
): Promise<Score> {
  const bench = readBench(benchPath, options);
  const { set = [], seed, signal } = options;
  // As recorded, where each request was.
  const replay = bench.workload === undefined ? [] : [`workload=${JSON.stringify(bench.workload)}`];
  const loaded = loadScenario(path, { set: [...set, ...replay], seed });
  const log =
    options.power === undefined
      ? undefined
      : readPowerLog(options.power, { periodS: options.powerPeriodS });
  refuseUnused(options);
  const result = await runScenario(loaded, { signal });
  const gpus = gpusOf(result);
  const power =
    log &&
    measuredPower(log, bench, { gpus, chosen: options.powerGpus, startS: options.powerStartS });
  const measured = withPower(bench, power, gpus);
  const figures = scoredFigures(measured, result, options.withinRatio);
  return {
    bench,
    power,
    result,
    figures,
    notes: [
      ...unlike(bench, result),
      ...(power?.notes ?? []).map((note) => `power log: ${note}`),
      ...result.warnings,
    ],
    suggestions: suggestions(figures, result),
  };
}

function refuseUnused(options: ScoreOptions): void {
  if (options.power !== undefined) return;
  const flags = {
    "--power-period": options.powerPeriodS,
    "--power-start": options.powerStartS,
    "--power-gpus": options.powerGpus,
  };
  for (const [flag, value] of Object.entries(flags)) {
    if (value === undefined) continue;
    throw new UserError({ message: `${flag} is of the log of --power, which is not given` });
  }
}

/** A log of its own goes before the benchmark's meter. */
function withPower(bench: MeasuredBench, power: MeasuredPower | undefined, gpus: number) {
  const figures = new Map(bench.figures);
  if (power === undefined) return figures;
  const gpuW = power.perGpuW * gpus;
  figures.set("power.gpu_mean_w", gpuW);
  figures.set("power.per_gpu_mean_w", power.perGpuW);
  figures.set("energy.gpu_j", gpuW * bench.durationS);
  figures.delete("energy.per_output_token_j");
  const { outputTokens } = bench;
  if (outputTokens !== undefined && outputTokens > 0) {
    figures.set("energy.per_output_token_j", (gpuW * bench.durationS) / outputTokens);
  }
  return figures;
}
