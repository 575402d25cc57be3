import type { Evidence } from "./evidence.ts";

const source =
  "pipeline stages: no measured run; a rotation of equal micro-batches, and busy watts of GPUs that wait, are assumed";

/** What a run over stages rests on: the numbers of its network, and how stages meet is assumed. */
export function pipelineEvidence(evidence: Evidence): Evidence {
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
