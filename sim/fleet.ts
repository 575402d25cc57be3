import { assert, SimulationError } from "./assert.ts";
import type { Replica } from "./replica.ts";
import type { ReplicaConfig } from "./replicaConfig.ts";
import type { Request } from "./request.ts";
import type { Seconds, Watts } from "./units.ts";

/** The GPUs of a run and what they draw when nothing happens; means over the run where replicas join or leave. */
export interface Fleet {
  readonly replicas: number;
  readonly gpus: number;
  /** GPUs that are powered but hold no context. */
  readonly standbyGpus: number;
  readonly idleW: Watts;
  readonly standbyW: Watts;
}

/** GPUs that stand by, and what they draw together. */
export interface Standby {
  readonly gpus: number;
  readonly idleW: Watts;
}

export function fleetOf(replicas: readonly ReplicaConfig[], standby?: Standby): Fleet {
  let gpus = 0;
  let idleW: Watts = 0;
  for (const replica of replicas) {
    gpus += replica.gpus;
    idleW += replica.idleW;
  }
  return {
    replicas: replicas.length,
    gpus,
    idleW,
    standbyGpus: standby?.gpus ?? 0,
    standbyW: standby?.idleW ?? 0,
  };
}

/** Every request that a replica runs, or holds in the host's memory or in its queue. */
export function* requestsOn(replicas: readonly Replica[]): Generator<Request> {
  for (const { running, swap, waiting } of replicas) {
    yield* running;
    yield* swap.requests;
    yield* waiting;
  }
}

/** At the end of a run that had the time to end. */
export function assertDone(nowS: Seconds, replicas: readonly Replica[], onTheirWay = 0): void {
  assert(onTheirWay === 0, `${onTheirWay} requests are stuck between two replicas`);
  if (replicas.some(hasRequests)) throw stuckError("nothing will happen any more", nowS, replicas);
  for (const { kv, swap } of replicas) {
    const usedBlocks = kv.used + swap.usedBlocks;
    assert(usedBlocks === 0, `${usedBlocks} KV blocks leak`);
  }
}

function hasRequests(replica: Replica): boolean {
  return replica.waitingSeqs + replica.runningSeqs + replica.swappedSeqs > 0;
}

/** The end of a run that is stuck: says what stands still where. */
export function stuckError(
  reason: string,
  nowS: Seconds,
  replicas: readonly Replica[],
): SimulationError {
  const stuck = replicas.filter(hasRequests).map(describe).join("; ");
  return new SimulationError(`${reason} at ${nowS.toFixed(3)} s: ${stuck}`);
}

function describe({ id, waitingSeqs, runningSeqs, kv, firstWaiting }: Replica): string {
  const head =
    firstWaiting === undefined ? "" : `, the first with ${firstWaiting.prefillTarget} tokens`;
  return (
    `replica ${id} runs ${runningSeqs} and holds ${waitingSeqs} waiting${head}, ` +
    `${kv.free} of ${kv.capacity} KV blocks free`
  );
}
