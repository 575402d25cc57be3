import { assert } from "../sim/assert.ts";
import type { Seconds } from "../sim/units.ts";
import type { ArrivalProcess } from "./arrivals/arrivalProcess.ts";
import { type ConversationLaws, Conversations } from "./conversations.ts";
import type { LengthPairs } from "./lengths/lengthPairs.ts";
import { type Pause, pausesOf } from "./pauses.ts";
import type { SessionSource } from "./sessions.ts";

interface OpenSessions extends ConversationLaws {
  /** When conversations begin. */
  readonly arrivals: ArrivalProcess;
  /** From an answer to the next turn: of a user who thinks, or of an agent's tool. */
  readonly thinkTimeS: Pause;
  /** What each turn adds: the user's words and the answer. */
  readonly lengths: LengthPairs;
  /** Turns of all conversations together; one of the two bounds is needed. */
  readonly requests?: number | undefined;
  /** None is issued at this time or later. */
  readonly untilS?: Seconds | undefined;
}

/** Conversations that begin whatever becomes of the others; each of their turns waits for the last. */
export function openSessions(loop: OpenSessions): SessionSource {
  const { arrivals, lengths, requests, untilS } = loop;
  assert(requests !== undefined || untilS !== undefined, "an open loop without an end");
  const pauses = pausesOf("thinkTimeS", loop.thinkTimeS);
  const conversations = new Conversations(loop);
  const endS = untilS ?? Infinity;
  let left = requests ?? Infinity;
  let begin = true;
  return {
    next() {
      if (!begin || left <= 0) return undefined;
      const arrivalS = arrivals.nextS();
      begin = arrivalS < endS;
      if (!begin) return undefined;
      left--;
      return { arrivalS, ...conversations.begin(lengths.next()) };
    },
    ended(nowS, ended) {
      const isInTime = left > 0 && nowS + pauses.shortestS < endS;
      const turn = isInTime ? conversations.goOn(ended, lengths.next()) : undefined;
      const arrivalS = turn === undefined ? endS : nowS + pauses.nextS();
      if (turn === undefined || arrivalS >= endS) {
        conversations.leave(ended);
        return undefined;
      }
      left--;
      return { arrivalS, ...turn };
    },
    mayIssueMore: () => left > 0 && conversations.openCount > 0,
    counts: conversations,
  };
}
