import type { Arrivals } from "./arrivals.ts";
import type { Changes } from "./changes/changes.ts";
import type { Handovers } from "./disaggregation/handovers.ts";
import type { Failures } from "./failures/failures.ts";
import { assertDone, type Fleet, requestsOn } from "./fleet.ts";
import type { FrontDoor } from "./frontDoor.ts";
import type { PoolBooks } from "./metrics/poolBooks.ts";
import type { Recorder } from "./metrics/recorder.ts";
import type { SteadyWindow } from "./metrics/steadyWindow.ts";
import type { RequestEnds } from "./requestEnds.ts";
import type { Stepper } from "./stepper.ts";
import { type RunTotals, totalsOf } from "./totals.ts";
import type { Seconds } from "./units.ts";

interface RunParts {
  readonly steppers: readonly Stepper[];
  readonly recorder: Recorder;
  readonly fleet: Fleet;
  readonly arrivals: Arrivals;
  readonly door: FrontDoor;
  readonly ends: RequestEnds;
  readonly pools: PoolBooks | undefined;
  readonly steady: SteadyWindow | undefined;
  readonly handovers: Handovers | undefined;
  readonly failures: Failures | undefined;
  readonly changes: Changes | undefined;
}

interface Moment {
  readonly nowS: Seconds;
  /** The first arrival, or 0 where the scenario fixes the duration. */
  readonly startS: Seconds;
  /** Where it is given, the run ends there. */
  readonly horizonS: Seconds | undefined;
}

/** Closes the books of a run: of all its requests, or of what they have had until its horizon. */
export function endRun({ nowS, startS, horizonS }: Moment, parts: RunParts): RunTotals {
  const { steppers, recorder, pools, handovers, failures, changes } = parts;
  const onTheirWay = (handovers?.size ?? 0) + (failures?.held.size ?? 0);
  if (horizonS === undefined) assertDone(nowS, replicasOf(steppers), onTheirWay);
  else stopAt(horizonS, parts);
  const endS = Math.max(startS, horizonS ?? recorder.lastEndS);
  const span = { fromS: startS, toS: endS };
  const failed = failures?.settle(span);
  changes?.forgetAfter(endS);
  for (const stepper of steppers) {
    pools?.enter(stepper.replica.id);
    stepper.bookIdle(endS);
  }
  parts.door.lookBack(endS);
  return totalsOf(recorder, changes?.settle(span) ?? parts.fleet, {
    startS,
    endS,
    ...parts.door.counts,
    steady: parts.steady?.state(),
    pools: pools?.totals() ?? [],
    transfers: handovers?.books.totals(),
    failures: failed,
  });
}

/** What is in flight has done what it has done, and stays unfinished. */
function stopAt(nowS: Seconds, parts: RunParts): void {
  const { steppers, pools, steady, ends, door } = parts;
  for (const stepper of steppers) {
    pools?.enter(stepper.replica.id);
    stepper.stop(nowS);
  }
  if (steady?.hasBegun === true) steady.finish(nowS);
  for (const request of requestsOn(replicasOf(steppers))) ends.leaveUnfinished(request);
  for (const request of parts.failures?.held ?? []) ends.leaveUnfinished(request);
  for (const request of parts.handovers?.stop(nowS) ?? []) ends.leaveUnfinished(request);
  for (const spec of parts.arrivals.inFrontEnd()) ends.leaveUnfinished(door.inject(spec, nowS));
}

function replicasOf(steppers: readonly Stepper[]) {
  return steppers.map(({ replica }) => replica);
}
