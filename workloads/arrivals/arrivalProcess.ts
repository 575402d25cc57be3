import type { Seconds } from "../../sim/units.ts";

/** A sequence of arrival times, endless but for stages. */
export interface ArrivalProcess {
  /** The next arrival, at 0 or later and never before the one before it; Infinity: none comes any more. */
  nextS(): Seconds;
}
