import type { LoadedScenario } from "../scenario/load.ts";
import type { ScenarioChange } from "./changesSchema.ts";

/** Arrivals that come as fast at any time: at another rate they are the same process. */
const steadyArrivals: readonly string[] = ["poisson", "gamma", "hyper_exponential", "constant"];

/** Why this can't change in the midst of such a run; undefined where it can. */
export function refusal(
  { scenario }: LoadedScenario,
  change: ScenarioChange,
  scheduler: string,
): string | undefined {
  if (change.rate_factor !== undefined) return refusedRate(scenario.workload);
  const { pools, failures, data_parallel_size } = scenario.cluster;
  if (pools !== null) return "replicas of several pools can't change while they run";
  if (data_parallel_size > 1) return "replicas of several ranks can't change while they run";
  if (change.replicas === undefined) return undefined;
  if (failures !== null) return "cluster.failures decides already which replicas are up";
  if (scheduler === "static") {
    return "a static batch that isn't full waits for requests that no longer come to who leaves";
  }
  return undefined;
}

function refusedRate({
  arrivals,
  trace,
  sessions,
  max_concurrency,
}: LoadedScenario["scenario"]["workload"]): string | undefined {
  if (sessions !== null) return "the turns of conversations wait for answers: they have no rate";
  if (max_concurrency !== null) {
    return "with workload.max_concurrency requests wait for others to end: they have no rate";
  }
  if (arrivals === null) {
    return trace === null
      ? "the data set says when requests come; give workload.arrivals of a constant rate"
      : undefined;
  }
  if (arrivals.kind === "closed_loop") {
    return "users of a closed loop ask when they are answered: they have no rate";
  }
  if (arrivals.kind === "gamma" && arrivals.rescale) {
    return "workload.arrivals.rescale says when the last request comes";
  }
  if (steadyArrivals.includes(arrivals.kind)) return undefined;
  return `arrivals of kind ${arrivals.kind} move by the clock, which a factor would make run faster`;
}
