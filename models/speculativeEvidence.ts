import type { Basis, Evidence } from "./evidence.ts";
import { evidenceOf } from "./evidence.ts";
import type { Speculation } from "./speculative.ts";

/**
 * What a run with drafts rests on: the numbers of both networks and assumed ones, and no run with
 * drafts was ever fitted.
 */
export function speculativeEvidence({ target, draft }: Speculation): Evidence {
  const parts = [evidenceOf(target), evidenceOf(draft)];
  const over = (metric: "latency" | "power") => {
    const basis: Basis = parts.every((part) => part[metric].basis === "datasheet")
      ? "datasheet"
      : "transferred";
    return { basis, support: "operators_only" } as const;
  };
  return {
    latency: {
      ...over("latency"),
      hasOwnKernels: parts.every(({ latency }) => latency.hasOwnKernels),
    },
    power: over("power"),
    sources: [...new Set(parts.flatMap(({ sources }) => sources))],
  };
}
