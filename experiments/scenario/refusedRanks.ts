import type { StepConfig } from "../../models/matrices.ts";
import { UserError } from "../errors.ts";
import { schedulerOf } from "./limits.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import type { ScenarioSpec } from "./spec.ts";

/** @throws UserError for what ranks are not simulated with, with the reason. */
export function refuseRanks(loaded: LoadedScenario, spec: ScenarioSpec, config: StepConfig): void {
  const { cluster, engine } = spec;
  if (cluster.dataParallel === 1) return;
  const refuse = (message: string): never => {
    throw new UserError({ ...blame(["cluster", "data_parallel_size"], loaded.places), message });
  };
  if (loaded.pool !== undefined) {
    refuse("ranks do not go with cluster.pools: how a pool hands over to ranks is not modelled");
  }
  if (cluster.failures !== undefined) {
    refuse(
      "ranks do not go with cluster.failures: how one that fails takes the others along is not modelled",
    );
  }
  if (schedulerOf(spec, config) === "static") {
    refuse("ranks do not go with static batches: no stack that forms them has ranks");
  }
  if (config.dataParallel === 1) return;
  const together = "ranks that share experts step together";
  if (cluster.pipelineParallel > 1) {
    const reason = "how their micro-batches meet in each stage is not modelled";
    refuse(`${together}; ${reason}: set pipeline_parallel_size to 1`);
  }
  if (engine.speculative !== undefined) {
    const reason = "how they wait for each other's drafts is not modelled";
    refuse(`${together}; ${reason}: set engine.speculative to null`);
  }
}
