import type { RandomSource } from "../random.ts";
import type { ReplicaId, Seconds } from "../units.ts";

/** A replica is down: nothing runs on it, and what it had is lost. */
export interface Outage {
  readonly fromS: Seconds;
  readonly toS: Seconds;
}

/** The outages of a replica, in order, none beside another; there may be no end to them. */
export type Outages = Iterator<Outage>;

/** When which replica is down. */
export interface FailureConfig {
  /** Asked once for each replica. */
  readonly outagesOf: (id: ReplicaId) => Outages;
}

interface Wear {
  /** Means of exponential times: until a replica that is up fails, and until it is repaired. */
  readonly meanUpS: Seconds;
  readonly meanDownS: Seconds;
  /** From its repair until it is back. */
  readonly reloadS: Seconds;
}

/** Fails at any moment as likely as at another, and takes a while to be repaired. */
export function* drawnOutages(
  { meanUpS, meanDownS, reloadS }: Wear,
  source: RandomSource,
): Generator<Outage> {
  let fromS: Seconds = 0;
  for (;;) {
    fromS += drawn(meanUpS, source);
    const toS = fromS + drawn(meanDownS, source) + reloadS;
    yield { fromS, toS };
    fromS = toS;
  }
}

function drawn(meanS: Seconds, source: RandomSource): Seconds {
  return -meanS * Math.log1p(-source());
}
