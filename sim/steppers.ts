import { GapLog } from "./metrics/gapLog.ts";
import type { Recorder } from "./metrics/recorder.ts";
import { Replica } from "./replica.ts";
import type { SimulationConfig } from "./simulationConfig.ts";
import { PricingScratch } from "./stepPricer.ts";
import { Stepper, type StepperOptions } from "./stepper.ts";

interface Books {
  readonly recorder: Recorder;
  readonly clientsWaitForEver: boolean;
}

/** The replicas of a fleet, by their ids, all with the same books. */
export function steppersOf(
  { replicas, horizonS, macroSteps = true, lockstep, tokenGaps = false }: SimulationConfig,
  { recorder, clientsWaitForEver }: Books,
  heard: Pick<StepperOptions, "ended" | "handOver">,
): Stepper[] {
  const allComplete = horizonS === undefined && clientsWaitForEver;
  // Ranks meet at the end of every step.
  const single = lockstep !== undefined;
  const scratch = new PricingScratch();
  return replicas.map((config, id) => {
    const gaps = allComplete && !tokenGaps ? undefined : new GapLog(tokenGaps);
    const replica = new Replica(id, config, { recorder, gaps, clientsWaitForEver });
    return new Stepper(replica, recorder, {
      macroSteps: single ? false : macroSteps,
      scratch,
      ...heard,
    });
  });
}
