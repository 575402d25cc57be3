import FastPriorityQueue from "fastpriorityqueue";
import { assert } from "./assert.ts";
import type { BatchShape } from "./ports.ts";
import type { Request } from "./request.ts";
import type { Tokens } from "./units.ts";

/** A step at which something happens to a sequence; stale once the request has left. */
interface Due {
  readonly step: number;
  readonly request: Request;
  readonly stay: number;
}

const byStepThenId = (a: Due, b: Due): boolean =>
  a.step === b.step ? a.request.id < b.request.id : a.step < b.step;

/** What each request makes the engine compute in a step. */
export interface DecodeWidth {
  readonly seqsPerRequest: number;
  readonly tokensPerSeq: Tokens;
}

const oneToken: DecodeWidth = { seqsPerRequest: 1, tokensPerSeq: 1 };

/**
 * The decoding requests of one replica as running sums. All of them gain one token each step, so
 * many steps cost no more than one; queues know the next step at which one ends or fills its window.
 */
export class DecodeSet {
  #seqs = 0;
  #liveSeqs = 0;
  #growingSeqs = 0;
  #contextTokens: Tokens = 0;
  #windowTokens: Tokens = 0;
  readonly #windowLimit: Tokens;
  readonly #width: DecodeWidth;
  readonly #finishing = new FastPriorityQueue<Due>(byStepThenId);
  readonly #filling = new FastPriorityQueue<Due>(byStepThenId);

  constructor(windowTokens: Tokens, width: DecodeWidth = oneToken) {
    this.#windowLimit = windowTokens;
    this.#width = width;
  }

  get seqs(): number {
    return this.#seqs;
  }

  /** Requests that still emit tokens: all but the finished slots of a static batch. */
  get liveSeqs(): number {
    return this.#liveSeqs;
  }

  /** Tokens that they compute in a step. */
  get tokens(): Tokens {
    return this.#width.tokensPerSeq * this.#width.seqsPerRequest * this.#seqs;
  }

  get contextTokens(): Tokens {
    return this.#contextTokens;
  }

  /** `remaining` more tokens are to be emitted, one at the end of each step from `step` on. */
  join(request: Request, step: number, remaining: Tokens): void {
    request.kvOrigin = request.kvTokens - step;
    request.joinStep = step;
    request.finishStep = step + remaining;
    const context = request.kvTokens + 1;
    const stay = request.decodeStays;
    this.#seqs++;
    this.#contextTokens += context;
    this.#windowTokens += Math.min(context, this.#windowLimit);
    if (remaining > 0) {
      this.#liveSeqs++;
      this.#finishing.add({ step: request.finishStep, request, stay });
    }
    if (context < this.#windowLimit) {
      this.#growingSeqs++;
      if (Number.isFinite(this.#windowLimit)) {
        this.#filling.add({ step: step + this.#windowLimit - context, request, stay });
      }
    }
  }

  leave(request: Request, step: number): void {
    request.kvTokens = request.kvOrigin + step;
    const context = request.kvTokens + 1;
    this.#seqs--;
    this.#contextTokens -= context;
    this.#windowTokens -= Math.min(context, this.#windowLimit);
    if (request.finishStep > step) this.#liveSeqs--;
    if (context < this.#windowLimit) this.#growingSeqs--;
    request.decodeStays++;
  }

  /** Every sequence gains `steps` tokens; `step` is the count afterwards. */
  advance(steps: number, step: number): void {
    this.#contextTokens += steps * this.#seqs;
    this.#windowTokens += steps * this.#growingSeqs;
    for (let due = current(this.#filling); due !== undefined && due.step <= step; ) {
      assert(due.step === step, "a sliding window filled within a run");
      this.#filling.poll();
      this.#growingSeqs--;
      due = current(this.#filling);
    }
  }

  /** The next sequence whose last token is emitted at or before `step`; each is told once. */
  nextFinished(step: number): Request | undefined {
    const due = current(this.#finishing);
    if (due === undefined || due.step > step) return undefined;
    assert(due.step === step, "a sequence ended within a run");
    this.#finishing.poll();
    this.#liveSeqs--;
    return due.request;
  }

  /** Steps until a sequence ends or fills its window. */
  stepsToNextChange(step: number): number {
    const ends = current(this.#finishing)?.step ?? Number.POSITIVE_INFINITY;
    const fills = current(this.#filling)?.step ?? Number.POSITIVE_INFINITY;
    return Math.min(ends, fills) - step;
  }

  /** The decode part of a batch's shape, `ahead` steps from now. */
  describe(shape: BatchShape, ahead: number): void {
    const { seqsPerRequest, tokensPerSeq } = this.#width;
    shape.decodeSeqs = seqsPerRequest * this.#seqs;
    shape.decodeTokens = tokensPerSeq * shape.decodeSeqs;
    shape.decodeContextTokens = seqsPerRequest * (this.#contextTokens + ahead * this.#seqs);
    shape.decodeWindowTokens = seqsPerRequest * (this.#windowTokens + ahead * this.#growingSeqs);
  }
}

/** The head of a queue once stale entries are gone. */
function current(queue: FastPriorityQueue<Due>): Due | undefined {
  for (let due = queue.peek(); due !== undefined; due = queue.peek()) {
    const { request, stay } = due;
    if (request.decodeStays === stay && request.status === "inFlight") return due;
    queue.poll();
  }
  return undefined;
}
