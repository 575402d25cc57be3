import { assert } from "./assert.ts";
import type { BatchingReplica, PromptView } from "./batching/batcher.ts";
import { DecodeSet } from "./decodeSet.ts";
import { KvBlocks } from "./kvCache/blocks.ts";
import { Headroom } from "./kvCache/headroom.ts";
import type { PromptMemory } from "./kvCache/promptMemory.ts";
import { memoryOf } from "./kvCache/replicaMemory.ts";
import { SwapSpace } from "./kvCache/swapSpace.ts";
import { DecodeMeter } from "./metrics/decodeMeter.ts";
import type { GapLog } from "./metrics/gapLog.ts";
import { type PausedGaps, pausedGapsOf } from "./metrics/pausedGaps.ts";
import type { Recorder } from "./metrics/recorder.ts";
import { outOfMemory } from "./outOfMemory.ts";
import type { ReplicaSignal } from "./ports.ts";
import type { PrefillChunk } from "./prefill.ts";
import { firstToYield } from "./queue/firstToYield.ts";
import { schedulingPolicies } from "./queue/schedulingPolicies.ts";
import type { WaitingQueue } from "./queue/waitingQueue.ts";
import type { ReplicaConfig } from "./replicaConfig.ts";
import type { Request } from "./request.ts";
import { RequestList } from "./requestList.ts";
import { Speculator } from "./speculation.ts";
import type { ReplicaId, Seconds, Tokens } from "./units.ts";

interface ReplicaOptions {
  readonly recorder: Recorder;
  readonly gaps?: GapLog | undefined;
  readonly clientsWaitForEver?: boolean;
}

/** The requests on one replica and their KV blocks: what batching policies look at and change. */
export class Replica implements ReplicaSignal, BatchingReplica {
  readonly id: ReplicaId;
  readonly config: ReplicaConfig;
  readonly kv: KvBlocks;
  readonly memory: PromptMemory;
  readonly waiting: WaitingQueue;
  /** In order of admission. */
  readonly running = new RequestList();
  readonly swap: SwapSpace;
  readonly decode: DecodeSet;
  readonly speculator: Speculator | undefined;
  readonly seqsPerRequest: number;
  readonly returnedSeqs: number;
  readonly meter = new DecodeMeter();
  /** Kept where a horizon may leave requests unfinished. */
  readonly gaps: GapLog | undefined;
  /** Kept where decoding sequences sit steps out. */
  readonly pauses: PausedGaps | undefined;
  /** What the step that is being formed, or is in flight, prefills. */
  readonly chunks: PrefillChunk[] = [];
  /** Steps ended. */
  step = 0;
  nowS: Seconds = 0;
  sourceEnded = false;
  partial: Request | undefined;
  /** The step that is being formed, or is in flight, preempted somebody. */
  hasPreempted = false;
  readonly #recorder: Recorder;
  readonly #headroom = new Headroom(this);
  readonly #share = { energyJ: 0, paddingJ: 0 };

  constructor(
    id: ReplicaId,
    config: ReplicaConfig,
    { recorder, gaps, clientsWaitForEver = false }: ReplicaOptions,
  ) {
    this.id = id;
    this.gaps = gaps;
    this.#recorder = recorder;
    this.config = config;
    this.pauses = pausedGapsOf(config);
    this.kv = new KvBlocks(config.kvBlocks, config.blockSize);
    const { policy = schedulingPolicies.fcfs, maxWaiting } = config;
    this.waiting = policy.queue(clientsWaitForEver && maxWaiting === undefined);
    const { speculation, sequences, swapBlocks = 0 } = config;
    this.seqsPerRequest = sequences?.decoded ?? 1;
    this.swap = new SwapSpace(swapBlocks, config.blockSize, this.seqsPerRequest);
    this.returnedSeqs = sequences?.returned ?? 1;
    this.memory = memoryOf(config, this.kv, { recorder, swap: this.swap });
    this.decode = new DecodeSet(config.stepModel.windowTokens, {
      seqsPerRequest: this.seqsPerRequest,
      tokensPerSeq: 1 + (speculation?.draftTokens ?? 0),
    });
    this.speculator = speculation && new Speculator(this, speculation);
  }

  get waitingSeqs(): number {
    return this.waiting.size;
  }

  get runningSeqs(): number {
    return this.running.size;
  }

  get decodingSeqs(): number {
    return this.decode.seqs;
  }

  get decodeTokens(): Tokens {
    return this.decode.tokens;
  }

  get swappedSeqs(): number {
    return this.swap.requests.size;
  }

  /** Whether the decoding sequences sit out the step that is being formed, or is in flight. */
  get pausesDecode(): boolean {
    return this.config.batcher.separatesPhases && this.chunks.length > 0;
  }

  get firstWaiting(): Request | undefined {
    return this.waiting.first;
  }

  get partialPrefill(): PromptView | undefined {
    return this.partial;
  }

  *waitingPrompts(count: number): Generator<PromptView> {
    let left = count;
    for (const request of this.waiting) {
      if (left-- <= 0) return;
      yield request;
    }
  }

  canDecode(): boolean {
    return this.#headroom.dueBlocks <= this.kv.free;
  }

  preempt(): void {
    const victim = firstToYield(this.running, this.config.policy);
    const decodes = victim.isDecoding;
    if (decodes) this.#stopDecoding(victim);
    else this.partial = undefined;
    victim.preemptions++;
    this.hasPreempted = true;
    this.#recorder.preemptions++;
    const swaps = decodes && this.config.swapBlocks !== undefined;
    this.memory.release(victim, swaps ? "swapped" : "preempted");
    this.#leaveRunning(victim);
    if (swaps) this.swap.take(victim);
    else this.#discard(victim);
  }

  continuePrefill(tokens: Tokens): boolean {
    const request = this.partial;
    assert(request !== undefined, "no prefill is under way");
    return this.#scheduleChunk(request, tokens);
  }

  admitFirst(atMost: Tokens): Tokens {
    const request = this.#head();
    const hitTokens = this.memory.hitTokens(request);
    const tokens = Math.min(atMost, request.prefillTarget - hitTokens);
    return this.#admit(request, hitTokens, tokens) ? tokens : 0;
  }

  admitWhole(atMost: Tokens): Tokens {
    const request = this.#head();
    const hitTokens = this.memory.hitTokens(request);
    const tokens = request.prefillTarget - hitTokens;
    return tokens <= atMost && this.#admit(request, hitTokens, tokens) ? tokens : 0;
  }

  admitPadded(tokens: Tokens): boolean {
    const request = this.#head();
    request.paddingTokens = tokens - request.promptTokens;
    request.prefillTarget = tokens;
    return this.#admit(request, 0, tokens);
  }

  swapInFirst(): boolean {
    const request = this.swap.requests.first;
    assert(request !== undefined, "nobody was swapped out");
    const tokens = this.swap.tokensOf(request);
    const keepFree = this.#headroom.besideReturning(tokens);
    if (!this.memory.tryExtend(request, tokens, keepFree)) return false;
    this.swap.giveBack(request);
    this.#run(request);
    this.startDecoding(request);
    return true;
  }

  outOfMemory(reason: string): never {
    throw outOfMemory(this, reason);
  }

  /** A sequence whose prompt is whole in the cache decodes from now on. */
  startDecoding(request: Request): void {
    this.decode.join(request, this.step, request.outputTokens - request.emittedTokens);
    request.isDecoding = true;
    if (this.speculator === undefined) this.kv.startGrowing(request.kvOrigin, this.seqsPerRequest);
    else this.speculator.join(request);
    this.meter.mark(request);
    this.pauses?.join(request);
  }

  /** Its client is gone: it leaves from wherever it is, between two steps. */
  drop(request: Request): void {
    if (request.isDecoding) this.#stopDecoding(request);
    else if (request === this.partial) this.partial = undefined;
    this.memory.release(request, "ended");
    if (request.isRunning) this.#leaveRunning(request);
    else if (this.swap.tokensOf(request) > 0) this.swap.forget(request);
    else this.waiting.remove(request);
  }

  complete(request: Request): void {
    this.memory.release(request, "ended");
    this.#leaveRunning(request);
  }

  /** It emits no more here; its blocks are still held. */
  leaveDecode(request: Request): void {
    this.settle(request);
    request.isDecoding = false;
    if (this.speculator === undefined) this.kv.stopGrowing(request.kvOrigin, this.seqsPerRequest);
    else this.speculator.leave(request);
    this.decode.leave(request, this.step);
  }

  /** Books the joules that a decoding request has caused since it was last settled. */
  settle(request: Request, rejectedRatio = 0): void {
    this.meter.settle(request, this.#share);
    const { energy, waste } = this.#recorder;
    const energyJ = this.seqsPerRequest * this.#share.energyJ;
    const paddingJ = this.seqsPerRequest * this.#share.paddingJ;
    // The slot of a static batch's request that has all its tokens only idles along.
    const isFinishedSlot = request.emittedTokens === request.outputTokens;
    const wastedJ = isFinishedSlot ? energyJ : Math.max(paddingJ, rejectedRatio * energyJ);
    request.energyJ += energyJ;
    energy.wastedJ += wastedJ;
    waste[rejectedRatio > 0 ? "draftsJ" : "paddingJ"] += wastedJ;
    energy.decodeJ += energyJ - wastedJ;
    this.#recorder.work?.decode(request, this.id, energyJ - wastedJ);
  }

  #stopDecoding(request: Request): void {
    this.leaveDecode(request);
    this.gaps?.keep(request, this.step);
    request.emittedTokens = request.outputTokens - (request.finishStep - this.step);
    request.lastTokenS = this.pauses?.lastTokenS(request) ?? this.nowS;
  }

  /** It will be computed again, from the head of the queue or the place that its order gives it. */
  #discard(request: Request): void {
    request.computedTokens = Math.max(request.computedTokens, request.kvTokens);
    request.kvTokens = 0;
    request.prefillTarget = request.promptTokens + request.emittedTokens;
    this.waiting.prepend(request);
  }

  #run(request: Request): void {
    request.isRunning = true;
    this.running.append(request);
  }

  #leaveRunning(request: Request): void {
    request.isRunning = false;
    this.running.remove(request);
  }

  #head(): Request {
    const request = this.waiting.first;
    assert(request !== undefined, "nobody waits");
    return request;
  }

  #admit(request: Request, hitTokens: Tokens, tokens: Tokens): boolean {
    const keepFree = this.#headroom.besideNewPrompts;
    if (!this.memory.tryExtend(request, hitTokens + tokens, keepFree)) return false;
    this.waiting.remove(request);
    this.#run(request);
    request.kvTokens = hitTokens;
    this.#creditHit(request, hitTokens);
    request.scheduledS ??= this.nowS;
    this.chunks.push({ request, tokens });
    return true;
  }

  /** Whatever is in the cache is not computed; only what it held at first counts as a hit. */
  #creditHit(request: Request, hitTokens: Tokens): void {
    request.computedTokens = Math.max(request.computedTokens, hitTokens);
    if (request.scheduledS !== undefined) return;
    request.cachedTokens = hitTokens;
    this.#recorder.tokens.cachedPrompt += hitTokens;
    this.#recorder.tokens.scheduledPrompt += request.promptTokens;
  }

  #scheduleChunk(request: Request, tokens: Tokens): boolean {
    if (tokens <= 0) return false;
    const toTokens = request.kvTokens + tokens;
    if (!this.memory.tryExtend(request, toTokens, this.#headroom.besidePrompts)) return false;
    this.chunks.push({ request, tokens });
    return true;
  }
}
