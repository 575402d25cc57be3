import type { GroupTotals } from "../../sim/metrics/groups.ts";
import { milliseconds } from "./ratios.ts";

/** Requests by class, by tenant or by pool. */
export function groupOf({ name, requests, outputTokens, energyJ, latency }: GroupTotals) {
  return {
    name,
    requests: {
      completed: requests.completed,
      rejected: requests.rejected,
      unfinished: requests.unfinished,
      timed_out: requests.timedOut,
      cancelled: requests.cancelled,
      good: requests.good,
    },
    output_tokens: outputTokens,
    energy_j: energyJ,
    ttft_ms: milliseconds(latency.ttftS),
    tpot_ms: milliseconds(latency.tpotS),
    e2e_ms: milliseconds(latency.e2eS),
  };
}
