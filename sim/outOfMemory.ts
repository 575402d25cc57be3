import { SimulationError } from "./assert.ts";
import type { KvBlocks } from "./kvCache/blocks.ts";
import type { ReplicaId, Seconds } from "./units.ts";

interface FullReplica {
  readonly id: ReplicaId;
  readonly nowS: Seconds;
  readonly kv: KvBlocks;
}

/** The end of a run whose batch has no room: `reason` says what doesn't fit. */
export function outOfMemory({ id, nowS, kv }: FullReplica, reason: string): SimulationError {
  return new SimulationError(
    `replica ${id} is out of KV memory at ${nowS.toFixed(3)} s: ${reason}, ` +
      `${kv.free} of ${kv.capacity} blocks of ${kv.blockSize} tokens are free; ` +
      "smaller batches or shorter padding would fit",
  );
}
