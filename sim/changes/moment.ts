import { assert } from "../assert.ts";
import type { Seconds } from "../units.ts";

interface Clock {
  /** Of the last event, of the next one, and of what is looked at, between the two. */
  readonly nowS: Seconds;
  readonly nextEventS: Seconds;
  readonly viewS: Seconds;
}

const soonS: Seconds = 1e-6;

/** What happens then comes after all that has happened, as it does where it was known before. */
export function momentBetween({ nowS, nextEventS, viewS }: Clock): Seconds {
  if (viewS > nowS) return viewS;
  const atS = Math.min(nowS + soonS, nextEventS);
  assert(atS > nowS, `no moment between ${nowS} s and ${nextEventS} s`);
  return atS;
}
