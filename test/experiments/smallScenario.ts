import type { Result } from "../../experiments/report/result.ts";
import { runScenario } from "../../experiments/run.ts";
import { loadObject } from "../../experiments/scenario/load.ts";
import type { ScenarioInput } from "../../experiments/scenario/schema.ts";

/** A scenario that runs in milliseconds. */
export const smallScenario = {
  llm: "meta-llama/Llama-3.1-8B",
  cluster: { gpu: "H100-SXM" },
  workload: {
    arrivals: { kind: "poisson", rate_rps: 8 },
    lengths: {
      input: { kind: "uniform", min: 16, max: 600 },
      output: { kind: "exponential", mean: 40 },
    },
    num_requests: 120,
  },
} as const satisfies ScenarioInput;

export function loaded(scenario: unknown) {
  return loadObject(scenario, process.cwd());
}

export function simulated(scenario: ScenarioInput): Promise<Result> {
  return runScenario(loaded(scenario));
}
