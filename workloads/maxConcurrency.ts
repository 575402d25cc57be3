import type { RequestSource, RequestSpec } from "../sim/ports.ts";
import type { Seconds } from "../sim/units.ts";
import { at } from "./at.ts";
import { expectWhole } from "./parameterError.ts";

/**
 * A client that has so many requests in flight at most, as vLLM's bench with `--max-concurrency`:
 * whoever comes when all places are taken waits at the client, first come first served, and counts
 * as arrived when it is sent.
 */
export function maxConcurrency(source: RequestSource, places: number): RequestSource {
  expectWhole("places", places);
  // Since when each place has been free: the place that was given back first is taken first.
  const freeSinceS = new Float64Array(places);
  let taken = 0;
  let returned = 0;
  let unsent = source.next();
  /** The engine no longer asks: every request that is left waits for the end of another. */
  let isFull = false;

  const sent = (): RequestSpec | undefined => {
    const spec = unsent;
    if (spec === undefined) return undefined;
    unsent = source.next();
    const freeS: Seconds = at(freeSinceS, taken++ % places);
    return spec.arrivalS >= freeS ? spec : { ...spec, arrivalS: freeS };
  };
  return {
    next() {
      isFull ||= taken - returned === places;
      return isFull ? undefined : sent();
    },
    ended(nowS) {
      freeSinceS[returned++ % places] = nowS;
      return isFull ? sent() : undefined;
    },
    mayIssueMore: () => unsent !== undefined,
  };
}
