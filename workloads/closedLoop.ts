import { assert } from "../sim/assert.ts";
import type { RequestSource, RequestSpec } from "../sim/ports.ts";
import type { Seconds } from "../sim/units.ts";
import { type IndependentLengths, type LengthPairs, lengthPairs } from "./lengths/lengthPairs.ts";
import { expectNotNegative, expectWhole } from "./parameterError.ts";

interface ClosedLoop {
  /** Users, each with one request at a time; all issue their first at 0. */
  readonly concurrency: number;
  /** From the end of a user's request to the next. */
  readonly thinkTimeS: Seconds;
  readonly lengths: LengthPairs | IndependentLengths;
  /** How many are issued in all; one of the two bounds is needed. */
  readonly requests?: number | undefined;
  /** None is issued at this time or later. */
  readonly untilS?: Seconds | undefined;
}

/** Users who wait for their answer before they ask again. */
export function closedLoop(loop: ClosedLoop): RequestSource {
  const { concurrency, thinkTimeS, lengths, requests = Infinity, untilS = Infinity } = loop;
  expectWhole("concurrency", concurrency);
  expectNotNegative("thinkTimeS", thinkTimeS);
  assert(requests < Infinity || untilS < Infinity, "a closed loop without an end");
  const pairs = lengthPairs(lengths);
  let firsts = untilS > 0 ? Math.min(concurrency, requests) : 0;
  let followers = requests - firsts;

  const issue = (arrivalS: Seconds): RequestSpec => ({ arrivalS, ...pairs.next() });
  return {
    next() {
      if (firsts <= 0) return undefined;
      firsts--;
      return issue(0);
    },
    ended(nowS) {
      // Ends come in order of time: after one that is too late, all are.
      if (nowS + thinkTimeS >= untilS) followers = 0;
      if (followers <= 0) return undefined;
      followers--;
      return issue(nowS + thinkTimeS);
    },
    mayIssueMore: () => followers > 0,
  };
}
