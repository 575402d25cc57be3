import type { Failures } from "./failures/failures.ts";
import type { Recorder } from "./metrics/recorder.ts";
import type { Stepper } from "./stepper.ts";
import { energyUntilJ, stepsEndedAt } from "./stepRun.ts";
import type { Joules, Seconds, Tokens } from "./units.ts";

/** What a run has come to at one moment, all replicas together. */
export interface Pulse {
  readonly nowS: Seconds;
  /** Joules of the steps that have ended or are under way; idle time is not in it. */
  readonly stepsJ: Joules;
  /** Of replicas without a step in flight, up to now. */
  readonly idleJ: Joules;
  readonly outputTokens: Tokens;
  readonly waitingSeqs: number;
  readonly runningSeqs: number;
}

export function pulseOf(
  nowS: Seconds,
  recorder: Recorder,
  steppers: readonly Stepper[],
  failures?: Failures,
): Pulse {
  let stepsJ = recorder.energy.runJ;
  let outputTokens = recorder.tokens.output;
  let idleJ = recorder.energy.idleJ - (failures?.unsettledJ(nowS) ?? 0);
  let waitingSeqs = 0;
  let runningSeqs = 0;
  for (const stepper of steppers) {
    const { run, replica } = stepper;
    waitingSeqs += replica.waitingSeqs;
    runningSeqs += replica.runningSeqs;
    idleJ += stepper.idleJ(nowS);
    if (run === undefined) continue;
    const ended = stepsEndedAt(run, nowS);
    stepsJ += energyUntilJ(run, nowS, ended);
    outputTokens += ended * replica.decode.liveSeqs * replica.returnedSeqs;
  }
  return { nowS, stepsJ, idleJ, outputTokens, waitingSeqs, runningSeqs };
}
