import { broken } from "./assert.ts";
import type { Recorder } from "./metrics/recorder.ts";
import type { Replica } from "./replica.ts";
import { type ClientEnd, keepGaps, type Request } from "./request.ts";
import type { Speculator } from "./speculation.ts";
import { StepBooks } from "./stepBooks.ts";
import { type PricingOptions, StepPricer } from "./stepPricer.ts";
import * as runs from "./stepRun.ts";
import type { Joules, Seconds, Watts } from "./units.ts";
import { oldestJoinStep, renewMeter, settleUnfinished } from "./upkeep.ts";

export interface StepperOptions extends PricingOptions {
  /** A request has all its tokens, or its client is gone, and it has left the replica. */
  readonly ended: (request: Request) => void;
  /** Its first token is out, on a replica that decodes nothing. */
  readonly handOver: (request: Request, from: Stepper) => void;
}

/** Carries one replica from step to step: prices each run, and books what it did when it ends. */
export class Stepper {
  readonly replica: Replica;
  /** Counts runs and cuts, so that a cut run's event is known as stale. */
  plan = 0;
  /** Where its idleness began: the end of its last step. */
  idleSinceS: Seconds = 0;
  /** Steps that computed something new; a replica that only recomputes makes no progress. */
  progress = 0;
  /** Undefined: it idles without a batch. Else it draws this, which its siblings' runs have; or 0, as it is off. */
  accompaniesAtW: Watts | undefined;
  readonly #recorder: Recorder;
  readonly #options: StepperOptions;
  readonly #pricer: StepPricer;
  readonly #run: runs.StepRun;
  readonly #books: StepBooks;
  readonly #abandoned = new Map<Request, ClientEnd>();
  #inFlight = false;

  constructor(replica: Replica, recorder: Recorder, options: StepperOptions) {
    this.replica = replica;
    this.#recorder = recorder;
    this.#options = options;
    this.#run = runs.newStepRun(replica.config);
    this.#pricer = new StepPricer(replica, options);
    this.#books = new StepBooks(replica, recorder, this.#run);
  }

  /** The run in flight, if any. */
  get run(): runs.StepRun | undefined {
    return this.#inFlight ? this.#run : undefined;
  }

  /** Forms the next batch and starts it; undefined where the replica stays idle, else its end. */
  start(nowS: Seconds): Seconds | undefined {
    return this.form(nowS) ? this.launch(nowS) : undefined;
  }

  /** Forms the next batch; false where there is none. */
  form(nowS: Seconds): boolean {
    const { replica } = this;
    if (this.#inFlight) broken(`replica ${replica.id} already has a step in flight`);
    replica.nowS = nowS;
    replica.chunks.length = 0;
    replica.hasPreempted = false;
    replica.swap.movedTokens = 0;
    replica.config.batcher.form(replica);
    if (replica.running.size === 0) return false;
    const run = this.#run;
    run.startS = nowS;
    const { pausesDecode, decode } = replica;
    const seqsPerRequest = pausesDecode ? 0 : replica.seqsPerRequest;
    run.decodeSeqs = seqsPerRequest * decode.seqs;
    run.contextTokens = seqsPerRequest * decode.contextTokens;
    run.seqs = run.decodeSeqs + replica.chunks.length;
    if (run.decodeSeqs > 0) replica.speculator?.reserve();
    return true;
  }

  /** Starts the batch that was formed, and tells when it ends. */
  launch(nowS: Seconds): Seconds {
    this.#pricer.price(this.#run);
    this.#books.open();
    this.bookIdle(nowS);
    this.#inFlight = true;
    this.plan++;
    return runs.endS(this.#run);
  }

  /** Books the joules of a replica without a step since its last one, or since the run began. */
  bookIdle(nowS: Seconds): void {
    this.#recorder.energy.idleJ += this.idleJ(nowS);
    this.idleSinceS = nowS;
  }

  /** Joules of the idleness that lasts at `nowS`. */
  idleJ(nowS: Seconds): Joules {
    if (this.#inFlight || this.accompaniesAtW !== undefined) return 0;
    return this.replica.config.idleW * (nowS - this.idleSinceS);
  }

  /** Cuts the run at the next step boundary, where a new request can join; undefined if it ends there. */
  cut(nowS: Seconds): Seconds | undefined {
    const run = this.#run;
    if (!this.#inFlight || run.steps === 1) return undefined;
    const steps = runs.stepsUntil(run, nowS);
    if (steps === run.steps) return undefined;
    run.steps = steps;
    this.plan++;
    return runs.endS(run);
  }

  /** The client of a running request is gone: it leaves when the step in flight ends. */
  abandon(request: Request, how: ClientEnd): void {
    if (!this.#abandoned.has(request)) this.#abandoned.set(request, how);
  }

  /** Books the run in flight, which ends now. */
  end(nowS: Seconds): void {
    const { replica } = this;
    const run = this.#run;
    if (!this.#inFlight) broken(`replica ${replica.id} has no step in flight`);
    this.#inFlight = false;
    this.idleSinceS = nowS;
    replica.nowS = nowS;
    this.#books.bookTime(nowS);
    this.#books.bookSteps(run.steps);
    if (run.decodeSeqs > 0) this.progress++;
    if (run.decodeSeqs > 0 && replica.speculator !== undefined) {
      this.#acceptDrafts(replica.speculator, nowS);
    }
    this.#books.bookPrefill(run.prefillJ);
    this.#creditPrefill(nowS);
    this.#finishSequences(nowS);
    this.#dropAbandoned(nowS);
    if (replica.meter.isWorn(replica.step)) renewMeter(replica);
    if (replica.gaps?.isLong === true) replica.gaps.forgetBefore(oldestJoinStep(replica));
  }

  /** Books what the run in flight has done until it is broken off; tells when its last whole step ended. */
  breakOff(nowS: Seconds): Seconds {
    const { replica } = this;
    const run = this.#run;
    if (!this.#inFlight) return nowS;
    this.#inFlight = false;
    this.plan++;
    this.idleSinceS = nowS;
    const ended = runs.stepsEndedAt(run, nowS);
    const boundaryS = runs.endS(run, ended);
    this.#books.bookTime(nowS);
    const passedRatio = (nowS - boundaryS) / (run.firstS + ended * run.growthS);
    const step = replica.step;
    if (ended > 0) this.#books.bookSteps(ended);
    replica.meter.addPart(run, step, ended, passedRatio);
    this.#books.bookPrefill(passedRatio * run.prefillJ);
    return boundaryS;
  }

  /** How the client of a running request is gone, if it is; it is not told again. */
  abandonedBy(request: Request): ClientEnd | undefined {
    const how = this.#abandoned.get(request);
    this.#abandoned.delete(request);
    return how;
  }

  /** Books what the run in flight has done when the simulation ends in the midst of it. */
  stop(nowS: Seconds): void {
    this.breakOff(nowS);
    this.replica.nowS = nowS;
    settleUnfinished(this.replica);
  }

  /** The chunks are in the cache now; a prompt that is whole has emitted a token. */
  #creditPrefill(nowS: Seconds): void {
    const { replica } = this;
    const { tokens } = this.#recorder;
    for (const { request, tokens: chunkTokens } of replica.chunks) {
      const to = request.kvTokens + chunkTokens;
      const promptEnd = Math.min(to - request.paddingTokens, request.promptTokens);
      const newTokens = Math.max(0, promptEnd - request.computedTokens);
      tokens.computedPrompt += newTokens;
      this.#recorder.work?.computed(request, replica.id, newTokens);
      if (to > request.computedTokens) this.progress++;
      request.kvTokens = to;
      request.computedTokens = Math.max(request.computedTokens, to);
      replica.partial = to < request.prefillTarget ? request : undefined;
      if (replica.partial === undefined) this.#emitAfterPrefill(request, nowS);
    }
    replica.chunks.length = 0;
  }

  /** One token of the step is each sequence's own; of those that the draft proposed, some are right. */
  #acceptDrafts(speculator: Speculator, nowS: Seconds): void {
    const { replica } = this;
    const { step, decode } = replica;
    const { tokens, speculative } = this.#recorder;
    for (let request = replica.running.first; request !== undefined; ) {
      const current = request;
      request = request.following;
      if (!current.isDecoding) continue;
      const left = current.finishStep - step;
      const accepted = speculator.accepted(current, left);
      replica.settle(current, speculator.wastedRatio(accepted));
      speculative.verifications++;
      speculative.tokens += 1 + accepted;
      tokens.output += accepted * replica.returnedSeqs;
      if (accepted === 0) continue;
      replica.gaps?.keep(current, step);
      decode.leave(current, step);
      current.kvTokens += accepted;
      decode.join(current, step, left - accepted);
      if (accepted === left) {
        replica.leaveDecode(current);
        this.#finish(current, nowS);
      }
    }
  }

  #emitAfterPrefill(request: Request, nowS: Seconds): void {
    const { tokens, itlS } = this.#recorder;
    if (request.emittedTokens === 0) {
      tokens.first += this.replica.returnedSeqs;
      tokens.input += request.promptTokens;
    }
    // Whoever began anew after a failure has had a first token before.
    if (request.firstTokenS === undefined) {
      request.firstTokenS = nowS;
    } else {
      const gapS = nowS - request.lastTokenS;
      itlS.add(gapS);
      if (this.replica.gaps !== undefined) {
        keepGaps(request, { first: gapS, growth: 0, count: 1 });
      }
    }
    request.lastTokenS = nowS;
    request.emittedTokens++;
    tokens.output += this.replica.returnedSeqs;
    const isDone = request.emittedTokens === request.outputTokens;
    if (isDone && !this.replica.config.batcher.holdsBatch) this.#complete(request, nowS);
    else if (this.replica.config.handsOver === true) this.#options.handOver(request, this);
    else this.replica.startDecoding(request);
  }

  #finishSequences(nowS: Seconds): void {
    const { replica } = this;
    const { decode } = replica;
    const { holdsBatch } = replica.config.batcher;
    for (
      let request = decode.nextFinished(replica.step);
      request !== undefined;
      request = decode.nextFinished(replica.step)
    ) {
      if (holdsBatch) {
        replica.settle(request);
        request.emittedTokens = request.outputTokens;
      } else {
        replica.leaveDecode(request);
        replica.gaps?.leave(request, replica.step, this.#abandoned.has(request));
        this.#finish(request, nowS);
      }
    }
    if (holdsBatch && decode.liveSeqs === 0) this.#completeBatch(nowS);
  }

  #finish(request: Request, nowS: Seconds): void {
    request.emittedTokens = request.outputTokens;
    this.#complete(request, nowS);
  }

  #completeBatch(nowS: Seconds): void {
    const { replica } = this;
    for (let request = replica.running.first; request !== undefined; ) {
      const following = request.following;
      replica.leaveDecode(request);
      replica.gaps?.leave(request, replica.step, this.#abandoned.has(request));
      this.#complete(request, nowS);
      request = following;
    }
  }

  /** Has all its tokens, which nobody waits for any more where the client gave up before. */
  #complete(request: Request, nowS: Seconds): void {
    this.replica.complete(request);
    this.#end(request, nowS);
  }

  /** A static batch returns whole, whoever still waits for it. */
  #dropAbandoned(nowS: Seconds): void {
    if (this.#abandoned.size === 0 || this.replica.config.batcher.holdsBatch) return;
    for (const request of this.#abandoned.keys()) {
      this.replica.drop(request);
      this.#end(request, nowS);
    }
  }

  #end(request: Request, nowS: Seconds): void {
    request.status = this.#abandoned.get(request) ?? "completed";
    this.#abandoned.delete(request);
    request.endS = nowS;
    this.#options.ended(request);
  }
}
