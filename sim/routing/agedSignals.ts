import type { ReplicaSignal, Router } from "../ports.ts";
import type { Seconds } from "../units.ts";

/**
 * A router that sees loads as it last asked for them: it asks again when a request comes and what it
 * knows is `ageS` old. Between two times it is blind to its own choices, too.
 */
export function aged(router: Router, ageS: Seconds): Router {
  let askedS = Number.NEGATIVE_INFINITY;
  let known: readonly ReplicaSignal[] = [];
  const route: Router = (request, replicas) => {
    if (request.enqueuedS - askedS >= ageS) {
      askedS = request.enqueuedS;
      known = replicas.map(({ id, waitingSeqs, runningSeqs, swappedSeqs }) => ({
        id,
        waitingSeqs,
        runningSeqs,
        swappedSeqs,
      }));
    }
    return router(request, known);
  };
  // Who is down is known at once, and the others are asked anew.
  const changed: Router["changed"] = (id, isUp) => {
    askedS = Number.NEGATIVE_INFINITY;
    router.changed?.(id, isUp);
  };
  return Object.assign(route, { changed });
}
