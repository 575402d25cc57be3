import { assert } from "../sim/assert.ts";
import type { EndedRequest, RequestSource } from "../sim/ports.ts";
import type { Seconds } from "../sim/units.ts";
import type { RequestBody } from "./lengths/lengthPairs.ts";
import { expectWhole } from "./parameterError.ts";

export interface Question {
  /** From the end of the user's request before it. */
  readonly pauseS: Seconds;
  readonly body: RequestBody;
}

/** What the users of a closed loop ask. */
export interface Users {
  /** The first question of one of them. */
  first(): RequestBody;
  /** What the one asks next whose request has ended. */
  next(ended: EndedRequest): Question;
  readonly shortestPauseS: Seconds;
}

export interface LoopBounds {
  /** Users, each with one request at a time; all issue their first at 0. */
  readonly concurrency: number;
  /** How many are issued in all; one of the two bounds is needed. */
  readonly requests?: number | undefined;
  /** None is issued at this time or later. */
  readonly untilS?: Seconds | undefined;
}

/** Users who wait for their answer before they ask again. */
export function userLoop(users: Users, bounds: LoopBounds): Required<RequestSource> {
  const { concurrency, requests = Infinity, untilS = Infinity } = bounds;
  expectWhole("concurrency", concurrency);
  assert(requests < Infinity || untilS < Infinity, "a closed loop without an end");
  let firsts = untilS > 0 ? Math.min(concurrency, requests) : 0;
  let followers = requests - firsts;
  return {
    next() {
      if (firsts <= 0) return undefined;
      firsts--;
      return { arrivalS: 0, ...users.first() };
    },
    ended(nowS, ended) {
      // Ends come in order of time: after one that is too late, all are.
      if (nowS + users.shortestPauseS >= untilS) followers = 0;
      if (followers <= 0) return undefined;
      const { pauseS, body } = users.next(ended);
      if (nowS + pauseS >= untilS) return undefined;
      followers--;
      return { arrivalS: nowS + pauseS, ...body };
    },
    mayIssueMore: () => followers > 0,
  };
}
