import { lockstepModel, sharingModel } from "../../models/dataParallel.ts";
import type { LockstepModel } from "../../sim/ports.ts";
import type { ReplicaConfig } from "../../sim/replicaConfig.ts";
import type { ComposedEngine } from "./engine.ts";

/** Every rank is a replica to the engine; those that share experts step together. */
interface Ranks {
  readonly replicas: readonly ReplicaConfig[];
  readonly lockstep: readonly LockstepModel[] | undefined;
}

export function ranksOf({ spec, config, replica }: ComposedEngine): Ranks {
  const { replicas, dataParallel } = spec.cluster;
  if (config.dataParallel === 1) {
    const all = Array.from({ length: replicas * dataParallel }, () => replica);
    return { replicas: all, lockstep: undefined };
  }
  const sharing = sharingModel(config);
  const lockstep = Array.from({ length: replicas }, () => lockstepModel(sharing, dataParallel));
  return {
    replicas: lockstep.flatMap((model) =>
      model.ranks.map((stepModel) => ({ ...replica, stepModel })),
    ),
    lockstep,
  };
}
