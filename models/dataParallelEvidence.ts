import type { Evidence } from "./evidence.ts";
import type { StepConfig } from "./matrices.ts";

const source =
  "attention data parallelism: no run was fitted; how ranks meet, even routing, and busy watts of GPUs that wait are assumed";

/** What a run of ranks in lockstep rests on: the numbers of its network, and how ranks meet is assumed. */
export function dataParallelEvidence(
  { dataParallel }: Pick<StepConfig, "dataParallel">,
  evidence: Evidence,
): Evidence {
  if (dataParallel === 1) return evidence;
  const over = (metric: "latency" | "power") =>
    ({
      ...evidence[metric],
      basis: evidence[metric].basis === "datasheet" ? "datasheet" : "transferred",
      support: "operators_only",
    }) as const;
  return {
    latency: { ...evidence.latency, ...over("latency") },
    power: over("power"),
    sources: [...evidence.sources, source],
  };
}
