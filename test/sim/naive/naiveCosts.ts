import {
  type BatchShape,
  emptyCost,
  emptyShape,
  type StepCost,
  type StepModel,
} from "../../../sim/ports.ts";

import {
  type Chunk,
  isDone,
  type NaiveBooks,
  type NaiveContext,
  type NaiveReplica,
  type NaiveRequest,
  type Step,
  targetOf,
} from "./naiveRequest.ts";

/** The price of a step, and every joule of it shared on the spot by the rules of the interface. */
export class NaiveCosts {
  readonly #books: NaiveBooks;
  readonly #model: StepModel;
  readonly #draftTokens: number;

  constructor({ world, config, books }: NaiveContext) {
    this.#books = books;
    this.#model = config.stepModel;
    this.#draftTokens = world.draftTokens;
  }

  priced(replica: NaiveReplica, chunks: readonly Chunk[], startS: number): Step {
    const prefills = chunks.filter(({ request }) => !request.decoding);
    const decodes = chunks.map(({ request }) => request).filter(({ decoding }) => decoding);
    const prefillShape = this.#prefillShape(prefills);
    const decodeShape = this.#decodeShape(decodes);
    decodeShape.swappedTokens = replica.movedTokens;
    const whole = this.#price({
      ...decodeShape,
      prefillSeqs: prefillShape.prefillSeqs,
      prefillTokens: prefillShape.prefillTokens,
      prefillPairs: prefillShape.prefillPairs,
      prefillWindowPairs: prefillShape.prefillWindowPairs,
      prefillContextTokens: prefillShape.prefillContextTokens,
      sampledSeqs: prefillShape.sampledSeqs + decodeShape.sampledSeqs,
    });
    const prefillAloneJ = prefills.length > 0 ? this.#price(prefillShape).energyJ : 0;
    const decodeAlone = decodes.length > 0 ? this.#price(decodeShape) : emptyCost();
    const surplusJ = whole.energyJ - prefillAloneJ - decodeAlone.energyJ;
    const isMixed = prefills.length > 0 && decodes.length > 0;
    const prefillJ = isMixed ? prefillAloneJ + surplusJ / 2 : prefillAloneJ;
    const scale = decodes.length > 0 ? (whole.energyJ - prefillJ) / decodeAlone.energyJ : 0;
    return {
      startS,
      endS: startS + whole.durationS,
      prefills,
      decodes,
      whole,
      prefillJ,
      perSeqJ: scale * decodeAlone.energyPerSeqJ,
      perContextTokenJ: scale * decodeAlone.energyPerContextTokenJ,
    };
  }

  /** Shares the joules of a step, or of the part of it that has passed; a part has rejected no draft. */
  share(step: Step, passedRatio: number, accepted?: ReadonlyMap<NaiveRequest, number>): void {
    const books = this.#books;
    const spanS = passedRatio * step.whole.durationS;
    books.busyJ += passedRatio * step.whole.energyJ;
    books.busyS += spanS;
    books.mfuS += spanS * step.whole.mfu;
    books.mbuS += spanS * step.whole.mbu;
    books.seqS += (step.prefills.length + step.decodes.length) * spanS;
    this.#sharePrefill(step, passedRatio);
    for (const request of step.decodes) {
      const acceptedTokens = accepted?.get(request) ?? this.#draftTokens;
      this.#shareDecode(step, request, { passedRatio, acceptedTokens });
    }
  }

  #sharePrefill(step: Step, passedRatio: number): void {
    const flops = step.prefills.map((chunk) => this.#flops(chunk));
    const allFlop = flops.reduce((sum, { whole }) => sum + whole, 0);
    step.prefills.forEach(({ request }, i) => {
      const { whole, useful } = flops[i] ?? { whole: 0, useful: 0 };
      const joules = (passedRatio * step.prefillJ * whole) / allFlop;
      request.energyJ += joules;
      this.#books.prefillJ += (joules * useful) / whole;
      this.#books.wastedJ += (joules * (whole - useful)) / whole;
    });
  }

  #shareDecode(
    step: Step,
    request: NaiveRequest,
    { passedRatio, acceptedTokens }: { passedRatio: number; acceptedTokens: number },
  ): void {
    const context = request.kvTokens + 1;
    const joules = passedRatio * (step.perSeqJ + context * step.perContextTokenJ);
    const paddingJ = passedRatio * request.paddingTokens * step.perContextTokenJ;
    const rejected = this.#draftTokens - acceptedTokens;
    const rejectedJ = (joules * rejected) / (this.#draftTokens + 1);
    const wastedJ = isDone(request) ? joules : paddingJ + rejectedJ;
    request.energyJ += joules;
    this.#books.wastedJ += wastedJ;
    this.#books.decodeJ += joules - wastedJ;
  }

  #price(shape: BatchShape): StepCost {
    const cost = emptyCost();
    this.#model.price(shape, cost);
    return cost;
  }

  #prefillShape(chunks: readonly Chunk[]): BatchShape {
    const shape = emptyShape();
    for (const { request, tokens } of chunks) {
      shape.prefillSeqs++;
      shape.prefillContextTokens += request.kvTokens;
      if (request.kvTokens + tokens === targetOf(request)) shape.sampledSeqs++;
      for (let place = request.kvTokens; place < request.kvTokens + tokens; place++) {
        shape.prefillTokens++;
        shape.prefillPairs += place + 1;
        shape.prefillWindowPairs += this.#windowed(place);
      }
    }
    return shape;
  }

  #decodeShape(decodes: readonly NaiveRequest[]): BatchShape {
    const shape = emptyShape();
    for (const { kvTokens } of decodes) {
      shape.decodeSeqs++;
      shape.decodeTokens += 1 + this.#draftTokens;
      shape.sampledSeqs += 1 + this.#draftTokens;
      shape.decodeContextTokens += kvTokens + 1;
      shape.decodeWindowTokens += this.#windowed(kvTokens);
    }
    return shape;
  }

  /** FLOPs of a chunk, and those of its tokens that were never computed before, as if unpadded. */
  #flops({ request, tokens }: Chunk): { whole: number; useful: number } {
    let whole = 0;
    let useful = 0;
    for (let i = 0; i < tokens; i++) {
      const place = request.kvTokens + i;
      whole += this.#flopOfToken(place);
      const unpadded = place - request.paddingTokens;
      if (unpadded >= 0 && place >= request.computedTokens) useful += this.#flopOfToken(unpadded);
    }
    return { whole, useful };
  }

  #flopOfToken(place: number): number {
    const { perToken, perPair, perWindowPair } = this.#model.prefillFlop;
    return perToken + perPair * (place + 1) + perWindowPair * this.#windowed(place);
  }

  /** Keys that the token at this place sees through a sliding window. */
  #windowed(place: number): number {
    return Math.min(place + 1, this.#model.windowTokens);
  }
}
