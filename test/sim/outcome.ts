import type { StepModel } from "../../sim/ports.ts";
import type { RequestRecord } from "../../sim/request.ts";
import { Simulation } from "../../sim/simulation.ts";
import type { SimulationConfig } from "../../sim/simulationConfig.ts";
import type { RunTotals } from "../../sim/totals.ts";
import { stepModel } from "../support/world.ts";

export interface Outcome {
  /** In order of id. */
  readonly records: readonly RequestRecord[];
  readonly totals: RunTotals;
}

export function outcomeOf(config: SimulationConfig): Outcome {
  const records: RequestRecord[] = [];
  const onRequestEnd = (record: RequestRecord) => records.push(record);
  const totals = new Simulation({ ...config, onRequestEnd }).run();
  return { records: records.sort((a, b) => a.id - b.id), totals };
}

/** Every step takes 1 s and draws 300 W, whatever it computes: worlds to follow on one's fingers. */
export const oneSecondSteps: StepModel = stepModel({
  stepS: 1,
  prefillTokenS: 0,
  prefillPairS: 0,
  decodeSeqS: 0,
  contextTokenS: 0,
  lowW: 300,
  highW: 300,
});
