import type { RequestSource } from "../sim/ports.ts";
import { type IndependentLengths, type LengthPairs, lengthPairs } from "./lengths/lengthPairs.ts";
import { type Pause, pausesOf } from "./pauses.ts";
import { type LoopBounds, userLoop } from "./userLoop.ts";

interface ClosedLoop extends LoopBounds {
  /** From the end of a user's request to the next. */
  readonly thinkTimeS: Pause;
  readonly lengths: LengthPairs | IndependentLengths;
}

/** Users none of whose requests has to do with another. */
export function closedLoop({
  thinkTimeS,
  lengths,
  ...bounds
}: ClosedLoop): Required<RequestSource> {
  const pauses = pausesOf("thinkTimeS", thinkTimeS);
  const pairs = lengthPairs(lengths);
  const users = {
    first: () => pairs.next(),
    next: () => ({ pauseS: pauses.nextS(), body: pairs.next() }),
    shortestPauseS: pauses.shortestS,
  };
  return userLoop(users, bounds);
}
