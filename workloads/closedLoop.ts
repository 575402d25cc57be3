import type { RequestSource } from "../sim/ports.ts";
import type { Seconds } from "../sim/units.ts";
import { type IndependentLengths, type LengthPairs, lengthPairs } from "./lengths/lengthPairs.ts";
import { expectNotNegative } from "./parameterError.ts";
import { type LoopBounds, userLoop } from "./userLoop.ts";

interface ClosedLoop extends LoopBounds {
  /** From the end of a user's request to the next. */
  readonly thinkTimeS: Seconds;
  readonly lengths: LengthPairs | IndependentLengths;
}

/** Users none of whose requests has to do with another. */
export function closedLoop({
  thinkTimeS,
  lengths,
  ...bounds
}: ClosedLoop): Required<RequestSource> {
  expectNotNegative("thinkTimeS", thinkTimeS);
  const pairs = lengthPairs(lengths);
  const users = {
    first: () => pairs.next(),
    next: () => ({ pauseS: thinkTimeS, body: pairs.next() }),
    shortestPauseS: thinkTimeS,
  };
  return userLoop(users, bounds);
}
