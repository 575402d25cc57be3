import type { Seconds } from "../../sim/units.ts";

/** An endless sequence of arrival times. */
export interface ArrivalProcess {
  /** The next arrival, at 0 or later and never before the one before it. */
  nextS(): Seconds;
}
