import { compose } from "../scenario/compose.ts";
import type { LoadedScenario } from "../scenario/load.ts";
import { scenarioYaml } from "../scenario/resolvedYaml.ts";
import { changedScenario } from "./changedScenario.ts";
import type { ScenarioChange } from "./changesSchema.ts";

/**
 * The scenario as changes have left it, as a file of the folder `to`.
 * @throws UserError where it would be refused as a scenario.
 */
export function currentScenario(
  loaded: LoadedScenario,
  changes: readonly ScenarioChange[],
  to: string,
): string {
  const latest: Omit<ScenarioChange, "at_s"> = Object.assign({}, ...changes);
  const changed = hurried(changedScenario(loaded, latest), latest.rate_factor ?? 1);
  const { scenario } = compose(changed).deployment;
  return scenarioYaml(scenario, { from: loaded.folder, to });
}

/** Of the arrivals that a factor can hurry: a rate, or a trace that is played faster. */
function hurried(loaded: LoadedScenario, factor: number): LoadedScenario {
  const { scenario } = loaded;
  const { workload } = scenario;
  const { arrivals, trace } = workload;
  if (factor === 1) return loaded;
  if (arrivals !== null && "rate_rps" in arrivals) {
    const hurriedArrivals = { ...arrivals, rate_rps: arrivals.rate_rps * factor };
    return withWorkload(loaded, { ...workload, arrivals: hurriedArrivals });
  }
  if (trace === null) return loaded;
  const hurriedTrace = { ...trace, rate_scale: trace.rate_scale * factor };
  return withWorkload(loaded, { ...workload, trace: hurriedTrace });
}

function withWorkload(
  loaded: LoadedScenario,
  workload: LoadedScenario["scenario"]["workload"],
): LoadedScenario {
  return { ...loaded, scenario: { ...loaded.scenario, workload } };
}
