import { rankRouter } from "../../sim/dataParallel/rankRouter.ts";
import type { Router } from "../../sim/ports.ts";
import type { RandomStreams } from "../../sim/random.ts";
import { aged } from "../../sim/routing/agedSignals.ts";
import { type RouterName, routers } from "../../sim/routing/routers.ts";
import { UserError } from "../errors.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import type { ScenarioSpec } from "./spec.ts";

/** @throws UserError where the workload lacks what the router goes by. */
export function routerOf(
  loaded: LoadedScenario,
  spec: ScenarioSpec,
  stream: RandomStreams,
): Router {
  const { router, loadSignalAgeS, dataParallel } = spec.cluster;
  const refuse = (key: string, message: string): never => {
    throw new UserError({ ...blame(["cluster", key], loaded.places), message });
  };
  const lack = lackOf(loaded, spec);
  if (lack !== undefined) refuse("router", `${router} ${lack}`);
  const amongReplicas = routers[router](stream("router"));
  if (loadSignalAgeS !== undefined && blindRouters.includes(router)) {
    refuse("load_signal_age_s", `${router} doesn't look at loads, however old; set it to null`);
  }
  const chooses =
    loadSignalAgeS === undefined ? amongReplicas : aged(amongReplicas, loadSignalAgeS);
  return dataParallel === 1 ? chooses : rankRouter(chooses, dataParallel);
}

const blindRouters: readonly RouterName[] = ["round_robin", "random", "session"];

function lackOf(
  { traces: { replay } }: LoadedScenario,
  { cluster, engine, workload }: ScenarioSpec,
): string | undefined {
  const { sessions, sharedPrefix } = workload;
  if (cluster.router === "session") {
    return sessions === undefined
      ? "needs conversations, whose turns it keeps together: give workload.sessions"
      : undefined;
  }
  if (cluster.router !== "prefix_aware") return undefined;
  if (!engine.prefixCaching) {
    return "needs caches to go by: set engine.enable_prefix_caching to true";
  }
  // A trace with hashes is never streamed.
  const shares = sessions ?? sharedPrefix ?? replay?.shared;
  return shares === undefined
    ? "needs prompts that begin alike: give workload.shared_prefix or sessions, or a trace with hash_ids"
    : undefined;
}
