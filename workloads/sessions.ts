import { assert } from "../sim/assert.ts";
import type { EndedRequest, RequestSource, SharedText } from "../sim/ports.ts";
import type { Tokens } from "../sim/units.ts";
import type { LengthPairs, RequestBody } from "./lengths/lengthPairs.ts";
import { type Pause, pausesOf } from "./pauses.ts";
import { type LoopBounds, type Question, userLoop } from "./userLoop.ts";

interface Sessions extends LoopBounds {
  /** Draws how many turns a conversation has. */
  readonly turns: () => number;
  /** From an answer to the next turn: of a user who thinks, or of an agent's tool. */
  readonly thinkTimeS: Pause;
  /** From the end of a conversation to the user's next. */
  readonly pauseS: Pause;
  /** What each turn adds: the user's words and the answer. */
  readonly lengths: LengthPairs;
  /** What each conversation begins with. */
  readonly prefix?: (() => SharedText) | undefined;
  /** What all turns of a conversation are: its class, who pays. */
  readonly kind?: (() => Pick<RequestBody, "classId" | "tenant">) | undefined;
  /** The first of the text ids that conversations may take, one each. */
  readonly firstTextId: number;
  /** Prompt and answer together; a conversation that would outgrow it ends. */
  readonly maxModelLen: Tokens;
}

interface SessionSource extends Required<RequestSource> {
  /** Conversations whose next turn would not have fitted the context. */
  readonly contextCuts: number;
  /** Conversations that ended with a turn that was not answered. */
  readonly unansweredCount: number;
}

interface Conversation {
  readonly textId: number;
  readonly prefix: SharedText | undefined;
  readonly kind: Pick<RequestBody, "classId" | "tenant">;
  /** Questions and answers so far, the system prompt apart. */
  spokenTokens: Tokens;
  /** Turns that are still to come. */
  turnCount: number;
}

/** Users who hold conversations: each turn repeats all that was said before it. */
export function sessions(loop: Sessions): SessionSource {
  const { lengths, maxModelLen } = loop;
  const within = pausesOf("thinkTimeS", loop.thinkTimeS);
  const between = pausesOf("pauseS", loop.pauseS);
  const begin = opener(loop);
  const open = new Map<number, Conversation>();
  let contextCuts = 0;
  let unansweredCount = 0;

  const begun = (body: RequestBody): RequestBody => {
    const conversation = begin();
    open.set(conversation.textId, conversation);
    return turn(conversation, body, maxModelLen);
  };
  const next = (ended: EndedRequest): Question => {
    const conversation = open.get(ended.shared?.at(-1)?.textId ?? -1);
    assert(conversation !== undefined, "the end of a request of no conversation");
    const isAnswered = ended.status === "completed";
    if (!isAnswered) unansweredCount++;
    const body = lengths.next();
    const goesOn = isAnswered && conversation.turnCount > 0;
    const fits = saidTokens(conversation) + body.promptTokens < maxModelLen;
    if (goesOn && fits) {
      return { pauseS: within.nextS(), body: turn(conversation, body, maxModelLen) };
    }
    if (goesOn) contextCuts++;
    open.delete(conversation.textId);
    return { pauseS: between.nextS(), body: begun(body) };
  };
  const shortestPauseS = Math.min(within.shortestS, between.shortestS);
  return {
    ...userLoop({ first: () => begun(lengths.next()), next, shortestPauseS }, loop),
    get contextCuts() {
      return contextCuts;
    },
    get unansweredCount() {
      return unansweredCount;
    },
  };
}

function opener({ firstTextId, prefix, kind, turns }: Sessions): () => Conversation {
  let textId = firstTextId;
  return () => ({
    textId: textId++,
    prefix: prefix?.(),
    kind: kind?.() ?? {},
    spokenTokens: 0,
    turnCount: turns(),
  });
}

function saidTokens({ prefix, spokenTokens }: Conversation): Tokens {
  return (prefix?.tokens ?? 0) + spokenTokens;
}

/** The next turn: all that was said, and the user's words; the answer gets the room that is left. */
function turn(conversation: Conversation, body: RequestBody, maxModelLen: Tokens): RequestBody {
  const { prefix, textId } = conversation;
  const promptTokens = saidTokens(conversation) + body.promptTokens;
  const outputTokens = Math.max(1, Math.min(body.outputTokens, maxModelLen - promptTokens));
  const own = { textId, tokens: conversation.spokenTokens + body.promptTokens };
  conversation.spokenTokens = own.tokens + outputTokens;
  conversation.turnCount--;
  const shared = prefix === undefined ? [own] : [prefix, own];
  const { cancelAfterS } = body;
  const said = { promptTokens, outputTokens, shared, isContinued: true, ...conversation.kind };
  return cancelAfterS === undefined ? said : { ...said, cancelAfterS };
}
