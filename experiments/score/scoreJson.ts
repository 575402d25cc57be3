import { tokenwattVersion } from "../package.ts";
import type { Score } from "./score.ts";

/** As `score --json` writes it. */
export function scoreJson({ bench, power, result, figures, notes, suggestions }: Score) {
  return {
    schema: "tokenwatt/score@1",
    tokenwatt_version: tokenwattVersion(),
    digest: result.digest,
    bench: {
      file: bench.file,
      tool: bench.tool,
      llm: bench.llm ?? null,
      duration_s: bench.durationS,
      requests: bench.requests,
      failed: bench.failed,
      input_tokens: bench.inputTokens ?? null,
      output_tokens: bench.outputTokens ?? null,
      same_requests: bench.workload !== undefined,
    },
    power:
      power === undefined
        ? null
        : {
            per_gpu_mean_w: power.perGpuW,
            gpus: power.gpus,
            from_s: power.window?.fromS ?? null,
            to_s: power.window?.toS ?? null,
            coverage_ratio: power.coverageRatio,
          },
    figures: figures.map(({ isKept, ...figure }) => ({ ...figure, is_kept: isKept ?? null })),
    gates_missed: figures.filter(({ isKept }) => isKept === false).length,
    notes,
    suggestions,
    scenario: result.scenario,
  };
}
