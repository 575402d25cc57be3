import type { Overload } from "../../sim/metrics/overload.ts";
import type { RunTotals } from "../../sim/totals.ts";

/** What a user should know of how the run went. */
export function runWarnings(totals: RunTotals, cachesPrefixes: boolean): string[] {
  const warnings: string[] = [];
  const { cutOutputs, requests, latency } = totals;
  if (requests.injected === 0) {
    warnings.push("no request came: duration_s ends the run before the first arrives");
  }
  if (cutOutputs > 0) {
    warnings.push(`${cutOutputs} outputs were cut where the context reached max_model_len`);
  }
  warnings.push(...overloadWarnings(totals));
  warnings.push(...rejections(totals));
  if (requests.timedOut > 0) {
    warnings.push(`${requests.timedOut} requests timed out: their clients gave up`);
  }
  if (requests.cancelled > 0) {
    warnings.push(`${requests.cancelled} requests were cancelled by their clients`);
  }
  if (requests.unfinished > 0) {
    warnings.push(`${requests.unfinished} requests were unfinished when duration_s ended the run`);
  }
  const { scheduledPrompt, cachedPrompt } = totals.tokens;
  if (cachesPrefixes && scheduledPrompt > 0 && cachedPrompt === 0) {
    warnings.push("enable_prefix_caching changed nothing: no prompt began as one that was cached");
  }
  const sketched = Object.entries({ ...latency, requestEnergyJ: totals.requestEnergyJ }).filter(
    ([, statistics]) => statistics !== undefined && !statistics.exact,
  );
  if (sketched.length > 0) {
    const names = sketched.map(([name]) => documentedNames[name] ?? name).join(", ");
    warnings.push(`over a million samples: percentiles of ${names} are within 0.1 %`);
  }
  return warnings;
}

function overloadWarnings({ overload, mostWaiting }: RunTotals): string[] {
  if (overload === undefined) return [];
  return [`${overloadText(overload)}; at most ${mostWaiting} waited at once on one replica`];
}

/** The load and what of it is served. */
export function overloadText({ seenS, arrivalsPerS, completionsPerS }: Overload): string {
  const load = `${arrivalsPerS.toPrecision(3)} requests/s come`;
  return `overload: ${load}, ${completionsPerS.toPrecision(3)} are served, at ${seenS.toFixed(0)} s`;
}

/** By their cause; first of all that nobody could be served, and by which limit. */
function rejections({ requests, tooLong }: RunTotals): string[] {
  const crowdedOut = requests.rejected - (tooLong?.count ?? 0);
  const warnings: string[] = [];
  if (tooLong !== undefined) {
    const { count, shortestTokens, roomTokens } = tooLong;
    const room = `max_model_len leaves room for ${roomTokens} input tokens`;
    warnings.push(
      count === requests.injected
        ? `no request could be served: ${room}, the shortest has ${shortestTokens}`
        : `${count} requests were rejected: ${room}, the shortest of them has ${shortestTokens}`,
    );
  }
  if (crowdedOut > 0) {
    warnings.push(`${crowdedOut} requests were rejected: max_waiting others waited`);
  }
  return warnings;
}

const documentedNames: Readonly<Record<string, string>> = {
  ttftS: "ttft_ms",
  tpotS: "tpot_ms",
  itlS: "itl_ms",
  e2eS: "e2e_ms",
  queueS: "queue_ms",
  requestEnergyJ: "per_request_distribution_j",
};
