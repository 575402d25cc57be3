import { assert } from "../sim/assert.ts";
import type { RequestSource } from "../sim/ports.ts";
import type { Seconds } from "../sim/units.ts";
import type { ArrivalProcess } from "./arrivals/arrivalProcess.ts";
import { type IndependentLengths, type LengthPairs, lengthPairs } from "./lengths/lengthPairs.ts";

interface OpenLoop {
  readonly arrivals: ArrivalProcess;
  readonly lengths: LengthPairs | IndependentLengths;
  /** How many are issued in all; one of the two bounds is needed. */
  readonly requests?: number | undefined;
  /** None arrives at this time or later. */
  readonly untilS?: Seconds | undefined;
}

/** Requests that come whatever becomes of those before them. */
export function openLoop({ arrivals, lengths, requests, untilS }: OpenLoop): RequestSource {
  assert(requests !== undefined || untilS !== undefined, "an open loop without an end");
  const pairs = lengthPairs(lengths);
  const endS = untilS ?? Infinity;
  let left = requests ?? Infinity;
  return {
    next() {
      if (left <= 0) return undefined;
      const arrivalS = arrivals.nextS();
      if (arrivalS >= endS) {
        left = 0;
        return undefined;
      }
      left--;
      return { arrivalS, ...pairs.next() };
    },
  };
}
