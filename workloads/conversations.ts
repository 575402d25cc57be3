import { assert } from "../sim/assert.ts";
import type { EndedRequest, SharedText } from "../sim/ports.ts";
import type { Tokens } from "../sim/units.ts";
import type { RequestBody } from "./lengths/lengthPairs.ts";

export interface ConversationLaws {
  /** Draws how many turns a conversation has. */
  readonly turns: () => number;
  /** What each conversation begins with. */
  readonly prefix?: (() => SharedText) | undefined;
  /** What all turns of a conversation are: its class, who pays. */
  readonly kind?: (() => Pick<RequestBody, "classId" | "tenant">) | undefined;
  /** The first of the text ids that conversations may take, one each. */
  readonly firstTextId: number;
  /** Prompt and answer together; a conversation that would outgrow it ends. */
  readonly maxModelLen: Tokens;
}

/** How many conversations ended otherwise than by their last turn. */
export interface ConversationCounts {
  /** Their next turn would not have fitted the context. */
  readonly contextCuts: number;
  /** With a turn that was not answered. */
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

/** What is said in conversations that go on at the same time; when it is said is not known here. */
export class Conversations implements ConversationCounts {
  readonly #laws: ConversationLaws;
  readonly #open = new Map<number, Conversation>();
  #nextTextId: number;
  #contextCuts = 0;
  #unansweredCount = 0;

  constructor(laws: ConversationLaws) {
    this.#laws = laws;
    this.#nextTextId = laws.firstTextId;
  }

  get contextCuts(): number {
    return this.#contextCuts;
  }

  get unansweredCount(): number {
    return this.#unansweredCount;
  }

  /** Those that wait for an answer. */
  get openCount(): number {
    return this.#open.size;
  }

  /** The first turn of another. */
  begin(body: RequestBody): RequestBody {
    const { prefix, kind, turns } = this.#laws;
    const conversation: Conversation = {
      textId: this.#nextTextId++,
      prefix: prefix?.(),
      kind: kind?.() ?? {},
      spokenTokens: 0,
      turnCount: turns(),
    };
    this.#open.set(conversation.textId, conversation);
    return turn(conversation, body, this.#laws.maxModelLen);
  }

  /** The next turn after one that ended, in which `body` is said; undefined: that was the last. */
  goOn(ended: EndedRequest, body: RequestBody): RequestBody | undefined {
    const conversation = this.#open.get(textIdOf(ended));
    assert(conversation !== undefined, "the end of a request of no conversation");
    const isAnswered = ended.status === "completed";
    if (!isAnswered) this.#unansweredCount++;
    const goesOn = isAnswered && conversation.turnCount > 0;
    const { maxModelLen } = this.#laws;
    if (goesOn && saidTokens(conversation) + body.promptTokens < maxModelLen) {
      return turn(conversation, body, maxModelLen);
    }
    if (goesOn) this.#contextCuts++;
    this.leave(ended);
    return undefined;
  }

  /** Nobody goes on with it. */
  leave(ended: EndedRequest): void {
    this.#open.delete(textIdOf(ended));
  }
}

function textIdOf({ shared }: EndedRequest): number {
  return shared?.at(-1)?.textId ?? -1;
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
