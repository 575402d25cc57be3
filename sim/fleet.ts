import { SimulationError } from "./assert.ts";
import type { Replica } from "./replica.ts";
import type { ReplicaConfig } from "./replicaConfig.ts";
import type { Seconds, Watts } from "./units.ts";

/** The GPUs of a run and what they draw when nothing happens. */
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

export function hasRequests(replica: Replica): boolean {
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
