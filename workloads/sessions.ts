import type { EndedRequest, RequestSource } from "../sim/ports.ts";
import { type ConversationCounts, type ConversationLaws, Conversations } from "./conversations.ts";
import type { LengthPairs } from "./lengths/lengthPairs.ts";
import { type Pause, pausesOf } from "./pauses.ts";
import { type LoopBounds, type Question, userLoop } from "./userLoop.ts";

interface Sessions extends ConversationLaws, LoopBounds {
  /** From an answer to the next turn: of a user who thinks, or of an agent's tool. */
  readonly thinkTimeS: Pause;
  /** From the end of a conversation to the user's next. */
  readonly pauseS: Pause;
  /** What each turn adds: the user's words and the answer. */
  readonly lengths: LengthPairs;
}

export interface SessionSource extends Required<RequestSource> {
  readonly counts: ConversationCounts;
}

/** Users who hold conversations: each turn repeats all that was said before it. */
export function sessions(loop: Sessions): SessionSource {
  const { lengths } = loop;
  const within = pausesOf("thinkTimeS", loop.thinkTimeS);
  const between = pausesOf("pauseS", loop.pauseS);
  const conversations = new Conversations(loop);
  const next = (ended: EndedRequest): Question => {
    const body = lengths.next();
    const turn = conversations.goOn(ended, body);
    if (turn !== undefined) return { pauseS: within.nextS(), body: turn };
    return { pauseS: between.nextS(), body: conversations.begin(body) };
  };
  const shortestPauseS = Math.min(within.shortestS, between.shortestS);
  const first = () => conversations.begin(lengths.next());
  return { ...userLoop({ first, next, shortestPauseS }, loop), counts: conversations };
}
