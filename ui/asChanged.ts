import type { Watched } from "../experiments/watch/protocol.ts";
import type { Steered } from "../experiments/watch/steering.ts";

/** What is watched, as changes have made it. */
export function asChanged(watched: Watched, steered: Steered | undefined): Watched {
  if (steered === undefined || steered.changes.length === 0) return watched;
  const { replicas, replicaGpus, replicaIdleW, standbyGpus, standbyIdleW } = watched.fleet;
  const { knobs, changes } = steered;
  const joined = knobs.replicas - replicas;
  const gpus = watched.gpus + joined * replicaGpus;
  // Pools have caps of their own, which nothing changes.
  const isOfAll = watched.capW !== undefined || changes.some(({ change }) => change.power_cap_w);
  return {
    ...watched,
    gpus,
    idleW: watched.idleW + joined * replicaIdleW,
    capW:
      isOfAll && knobs.capW !== undefined
        ? knobs.capW * (gpus - standbyGpus) + standbyIdleW
        : undefined,
  };
}
