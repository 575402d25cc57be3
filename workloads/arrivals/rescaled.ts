import type { Seconds } from "../../sim/units.ts";
import { at } from "../at.ts";
import { expectWhole } from "../parameterError.ts";
import type { ArrivalProcess } from "./arrivalProcess.ts";

interface Rescaled {
  readonly requests: number;
  /** When the last of them comes. */
  readonly lastS: Seconds;
}

/**
 * The first so many arrivals, all times stretched so that the last comes when it is said to: vLLM's
 * bench does this so that a short run has the rate it was asked for. Holds all times in memory.
 */
export function rescaled(arrivals: ArrivalProcess, { requests, lastS }: Rescaled): ArrivalProcess {
  expectWhole("requests", requests);
  const timesS = new Float64Array(requests);
  for (let i = 0; i < requests; i++) timesS[i] = arrivals.nextS();
  const drawnS = at(timesS, requests - 1);
  // Where all came at 0, there is nothing to stretch.
  const stretch = (timeS: Seconds) => (drawnS === 0 ? timeS : (timeS / drawnS) * lastS);
  let next = 0;
  return { nextS: () => stretch(at(timesS, next++)) };
}
