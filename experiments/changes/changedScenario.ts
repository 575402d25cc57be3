import type { LoadedScenario } from "../scenario/load.ts";
import type { ScenarioChange } from "./changesSchema.ts";

/** The scenario as it is from a change on, but for the rate of its arrivals. */
export function changedScenario(
  loaded: LoadedScenario,
  { power_cap_w, replicas, enable_prefix_caching }: Omit<ScenarioChange, "at_s">,
): LoadedScenario {
  const { scenario } = loaded;
  const { cluster, engine } = scenario;
  return {
    ...loaded,
    changes: undefined,
    steering: undefined,
    scenario: {
      ...scenario,
      cluster: {
        ...cluster,
        power_cap_w: power_cap_w === undefined ? cluster.power_cap_w : power_cap_w,
        replicas: replicas ?? cluster.replicas,
      },
      engine: {
        ...engine,
        enable_prefix_caching: enable_prefix_caching ?? engine.enable_prefix_caching,
      },
    },
  };
}
