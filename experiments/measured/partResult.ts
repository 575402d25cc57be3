import { type NaivePower, naivelyPowered } from "../../models/naive.ts";
import { Simulation } from "../../sim/simulation.ts";
import type { SimulationConfig } from "../../sim/simulationConfig.ts";
import { tokenwattVersion } from "../package.ts";
import { type Result, resultOf } from "../report/result.ts";
import { compose } from "../scenario/compose.ts";
import type { Part } from "./simulateMeasured.ts";

/** Simulates a part at one go, its steps with the watts of `naive` in place of the power curve. */
export function partResult({ loaded }: Part, naive?: NaivePower): Result {
  const { simulation, deployment } = compose(loaded);
  const powered = naive === undefined ? simulation : poweredBy(simulation, naive);
  const totals = new Simulation(powered).run();
  return resultOf({ ...deployment, warnings: [] }, totals, { version: tokenwattVersion() });
}

/** A rank without a batch draws nothing in such a curve. */
function poweredBy(simulation: SimulationConfig, naive: NaivePower): SimulationConfig {
  const replicas = simulation.replicas.map((replica) => ({
    ...replica,
    stepModel: naivelyPowered(replica.stepModel, naive, replica.gpus),
  }));
  let first = 0;
  const lockstep = simulation.lockstep?.map((model) => {
    const ranks = replicas.slice(first, first + model.ranks.length);
    first += ranks.length;
    return { ...model, ranks: ranks.map(({ stepModel }) => stepModel) };
  });
  return { ...simulation, replicas, lockstep };
}
