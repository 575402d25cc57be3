import { type BatchSnapshot, batchSnapshotOf } from "./batchSnapshot.ts";
import type { Failures } from "./failures/failures.ts";
import { type MarginalRequest, marginalRequest, type TypicalRequest } from "./marginalRequest.ts";
import type { GroupSums } from "./metrics/groups.ts";
import type { Recorder, Waste } from "./metrics/recorder.ts";
import { pulseOf } from "./pulse.ts";
import type { Stepper } from "./stepper.ts";
import * as runs from "./stepRun.ts";
import type { Joules, ReplicaId, Seconds, Tokens, Watts } from "./units.ts";

/** One replica at one moment. */
export interface ReplicaSnapshot {
  readonly id: ReplicaId;
  readonly phase: "idle" | "prefill" | "decode" | "mixed" | "down";
  /** Power of the step in flight, or idle power; all its GPUs. */
  readonly powerW: Watts;
  readonly waitingSeqs: number;
  readonly runningSeqs: number;
  /** Preempted requests whose KV cache is in the host's memory. */
  readonly swappedSeqs: number;
  readonly kvUsedRatio: number;
  /** Of the step in flight, as the whole run's are means over such; undefined where there is none. */
  readonly mfu: number | undefined;
  readonly mbu: number | undefined;
}

/** A run at one moment: a copy that later steps do not change. */
export interface Snapshot {
  readonly nowS: Seconds;
  readonly injected: number;
  readonly completed: number;
  readonly rejected: number;
  readonly timedOut: number;
  readonly cancelled: number;
  readonly outputTokens: Tokens;
  /** Joules of the steps that have ended or are under way; idle time is not in it. */
  readonly stepsJ: Joules;
  /** Of stepsJ: what is booked, of steps that have ended. */
  readonly prefillJ: Joules;
  readonly decodeJ: Joules;
  readonly wastedJ: Joules;
  readonly transferJ: Joules;
  /** Parts of wastedJ. */
  readonly waste: Readonly<Waste>;
  /** By request class, where there are any: of requests that have ended. */
  readonly classes: readonly GroupSums[];
  /** Of replicas without a step in flight, up to now. */
  readonly idleJ: Joules;
  readonly good: number;
  readonly preemptions: number;
  /** Requests at the front door, as no replica is up. */
  readonly heldRequests: number;
  readonly replicas: readonly ReplicaSnapshot[];
  /** Of the replica that is looked at; undefined where none is. */
  readonly batch: BatchSnapshot | undefined;
  /** What another request would add, where it was asked for and one can join. */
  readonly marginal: MarginalRequest | undefined;
}

/** What is told only where it is asked for. */
export interface Looked {
  /** The requests of this replica. */
  readonly replica?: ReplicaId | undefined;
  /** The joules of one more of such requests. */
  readonly typical?: TypicalRequest | undefined;
}

export function snapshotOf(
  { nowS, injected, replica, typical }: Pick<Snapshot, "nowS" | "injected"> & Looked,
  recorder: Recorder,
  steppers: readonly Stepper[],
  failures?: Failures,
): Snapshot {
  const { stepsJ, idleJ, outputTokens } = pulseOf(nowS, recorder, steppers, failures);
  const { completed, rejected, timedOut, cancelled, good } = recorder.requests;
  const { prefillJ, decodeJ, wastedJ, transferJ } = recorder.energy;
  const { preemptions } = recorder;
  const up = steppers.filter((stepper) => failures?.up.isDown(stepper.replica.id) !== true);
  const { verifications, tokens } = recorder.speculative;
  const tokensPerStep = verifications === 0 ? 1 : tokens / verifications;
  const viewed = steppers.find((stepper) => stepper.replica.id === replica);
  return {
    nowS,
    injected,
    ...{ completed, rejected, timedOut, cancelled, good, preemptions },
    outputTokens,
    ...{ stepsJ, prefillJ, decodeJ, wastedJ, transferJ, idleJ },
    waste: { ...recorder.waste },
    classes: recorder.classes.sums(),
    heldRequests: failures?.held.size ?? 0,
    replicas: steppers.map((stepper) =>
      failures?.up.isDown(stepper.replica.id) === true
        ? downSnapshot(stepper)
        : replicaSnapshot(stepper, nowS),
    ),
    batch: viewed && batchSnapshotOf(viewed, nowS),
    marginal: typical && marginalRequest(up, { typical, nowS, tokensPerStep }),
  };
}

function downSnapshot({ replica: { id, config } }: Stepper): ReplicaSnapshot {
  return {
    id,
    phase: "down",
    powerW: config.downW ?? config.idleW,
    waitingSeqs: 0,
    runningSeqs: 0,
    swappedSeqs: 0,
    kvUsedRatio: 0,
    mfu: undefined,
    mbu: undefined,
  };
}

function replicaSnapshot(stepper: Stepper, nowS: Seconds): ReplicaSnapshot {
  const { run } = stepper;
  return run === undefined ? idleSnapshot(stepper) : busySnapshot(stepper, run, nowS);
}

function idleSnapshot({ replica, accompaniesAtW }: Stepper): ReplicaSnapshot {
  return {
    id: replica.id,
    phase: "idle",
    powerW: accompaniesAtW ?? replica.config.idleW,
    waitingSeqs: replica.waitingSeqs,
    runningSeqs: replica.runningSeqs,
    swappedSeqs: replica.swappedSeqs,
    kvUsedRatio: replica.kv.used / replica.kv.capacity,
    mfu: undefined,
    mbu: undefined,
  };
}

function busySnapshot({ replica }: Stepper, run: runs.StepRun, nowS: Seconds): ReplicaSnapshot {
  const { kv } = replica;
  const ended = Math.min(runs.stepsEndedAt(run, nowS), run.steps - 1);
  const stepS = run.firstS + ended * run.growthS;
  const stepJ = runs.energyJ(run, ended + 1) - runs.energyJ(run, ended);
  const usedBlocks = kv.used + kv.blocksTaken(replica.step, ended);
  const prefills = replica.chunks.length > 0;
  return {
    id: replica.id,
    phase: !prefills ? "decode" : run.decodeSeqs > 0 ? "mixed" : "prefill",
    powerW: (stepJ / stepS) * (replica.config.gpus / run.gpus),
    waitingSeqs: replica.waitingSeqs,
    runningSeqs: replica.runningSeqs,
    swappedSeqs: replica.swappedSeqs,
    kvUsedRatio: usedBlocks / kv.capacity,
    mfu: (run.firstMfuS + ended * run.growthMfuS) / stepS,
    mbu: (run.firstMbuS + ended * run.growthMbuS) / stepS,
  };
}
