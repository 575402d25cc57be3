import type { Result } from "./report/result.ts";
import { type RunOptions, runScenario } from "./run.ts";
import { loadObject, loadScenario } from "./scenario/load.ts";
import type { ScenarioInput } from "./scenario/schema.ts";

export type { Result, RunOptions, ScenarioInput };

/**
 * Simulates a scenario once: the path of a file, or the same keys as an object, where paths are
 * relative to the working folder. The answer is what `tokenwatt run --json` writes.
 * Rejects with an error named UserError where the input is wrong, RunError where the deployment
 * cannot go on.
 */
export function simulate(
  scenario: string | ScenarioInput,
  options: RunOptions = {},
): Promise<Result> {
  const loaded =
    typeof scenario === "string" ? loadScenario(scenario) : loadObject(scenario, process.cwd());
  return runScenario(loaded, options);
}
