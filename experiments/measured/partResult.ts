import { type NaivePower, naivelyPowered } from "../../models/naive.ts";
import { Simulation } from "../../sim/simulation.ts";
import { tokenwattVersion } from "../package.ts";
import { type Result, resultOf } from "../report/result.ts";
import { compose } from "../scenario/compose.ts";
import type { Part } from "./simulateMeasured.ts";

/** Simulates a part at one go, its steps with the watts of `naive` in place of the power curve. */
export function partResult({ loaded }: Part, naive?: NaivePower): Result {
  const { simulation, deployment } = compose(loaded);
  const { replicas } = simulation;
  const powered =
    naive === undefined
      ? replicas
      : replicas.map((replica) => ({
          ...replica,
          stepModel: naivelyPowered(replica.stepModel, naive, replica.gpus),
        }));
  const totals = new Simulation({ ...simulation, replicas: powered }).run();
  return resultOf({ ...deployment, warnings: [] }, totals, { version: tokenwattVersion() });
}
