import { assert, SimulationError } from "./assert.ts";
import type { Batcher, BatchingReplica, PromptView } from "./batching/batcher.ts";
import { DecodeSet } from "./decodeSet.ts";
import { KvBlocks } from "./kvCache/blocks.ts";
import { ownBlocks, type PromptMemory } from "./kvCache/promptMemory.ts";
import { DecodeMeter } from "./metrics/decodeMeter.ts";
import type { GapLog } from "./metrics/gapLog.ts";
import { PausedGaps } from "./metrics/pausedGaps.ts";
import type { Recorder } from "./metrics/recorder.ts";
import type { ReplicaSignal, StepModel } from "./ports.ts";
import type { PrefillChunk } from "./prefill.ts";
import { type SchedulingPolicy, schedulingPolicies } from "./queue/schedulingPolicies.ts";
import type { WaitingQueue } from "./queue/waitingQueue.ts";
import type { Request } from "./request.ts";
import { RequestList } from "./requestList.ts";
import type { Blocks, ReplicaId, Seconds, Tokens, Watts } from "./units.ts";

/** One tensor-parallel group: everything that a replica is before it meets requests. */
export interface ReplicaConfig {
  readonly stepModel: StepModel;
  readonly batcher: Batcher;
  /** Prompt and output together; a longer prompt is rejected, a longer output cut. */
  readonly maxModelLen: Tokens;
  readonly kvBlocks: Blocks;
  readonly blockSize: Tokens;
  /** Order of admission, and who gives way; undefined: first come, first served. */
  readonly policy?: SchedulingPolicy | undefined;
  /** Blocks that stay free when a request is admitted; undefined: none. */
  readonly watermarkBlocks?: Blocks | undefined;
  /** Blocks in the host's memory that take what is preempted; undefined: it is computed again. */
  readonly swapBlocks?: Blocks | undefined;
  /** Requests that may wait; more of them are rejected. undefined: any number. */
  readonly maxWaiting?: number | undefined;
  readonly gpus: number;
  /** What all its GPUs draw with the weights loaded and no step in flight. */
  readonly idleW: Watts;
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
  /** Requests whose KV cache waits in the host's memory, the first to come back first. */
  readonly swapped = new RequestList();
  readonly decode: DecodeSet;
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
  /** Tokens that cross the link to the host before that step. */
  swappedTokens: Tokens = 0;
  #swappedBlocks: Blocks = 0;
  readonly #recorder: Recorder;
  readonly #share = { energyJ: 0, paddingJ: 0 };

  constructor(id: ReplicaId, config: ReplicaConfig, recorder: Recorder, gaps?: GapLog) {
    this.id = id;
    this.gaps = gaps;
    this.#recorder = recorder;
    this.config = config;
    this.pauses = config.batcher.separatesPhases ? new PausedGaps() : undefined;
    this.kv = new KvBlocks(config.kvBlocks, config.blockSize);
    this.memory = ownBlocks(this.kv);
    this.waiting = (config.policy ?? schedulingPolicies.fcfs).queue();
    this.decode = new DecodeSet(config.stepModel.windowTokens);
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
    return this.decode.seqs;
  }

  get swappedSeqs(): number {
    return this.swapped.size;
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
    return this.#dueBlocks() <= this.kv.free;
  }

  preempt(): void {
    const victim = this.#firstToYield();
    const decodes = victim !== this.partial;
    if (decodes) this.#stopDecoding(victim);
    else this.partial = undefined;
    this.running.remove(victim);
    victim.preemptions++;
    this.hasPreempted = true;
    this.#recorder.preemptions++;
    if (decodes && this.config.swapBlocks !== undefined) this.#swapOut(victim);
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
    const request = this.swapped.first;
    assert(request !== undefined, "nobody was swapped out");
    const tokens = request.swappedTokens;
    // The token that it is about to compute needs room, too.
    const keepFree = this.#keptFree() + 1;
    if (!this.memory.tryExtend(request, tokens, keepFree)) return false;
    this.swapped.remove(request);
    this.running.append(request);
    request.kvTokens = tokens;
    request.swappedTokens = 0;
    this.#swappedBlocks -= this.kv.blocksFor(tokens);
    this.swappedTokens += tokens;
    this.startDecoding(request);
    return true;
  }

  outOfMemory(reason: string): never {
    throw new SimulationError(
      `replica ${this.id} is out of KV memory at ${this.nowS.toFixed(3)} s: ${reason}, ` +
        `${this.kv.free} of ${this.kv.capacity} blocks of ${this.kv.blockSize} tokens are free; ` +
        "smaller batches or shorter padding would fit",
    );
  }

  /** A sequence whose prompt is whole in the cache decodes from now on. */
  startDecoding(request: Request): void {
    this.decode.join(request, this.step, request.outputTokens - request.emittedTokens);
    this.kv.startGrowing(request.kvOrigin);
    this.meter.mark(request);
    this.pauses?.join(request);
  }

  /** It emits no more here; its blocks are still held. */
  leaveDecode(request: Request): void {
    this.settle(request);
    this.kv.stopGrowing(request.kvOrigin);
    this.decode.leave(request, this.step);
  }

  /** Books the joules that a decoding sequence has caused since it was last settled. */
  settle(request: Request): void {
    const share = this.#share;
    this.meter.settle(request, share);
    const { energy } = this.#recorder;
    // The slot of a static batch's request that has all its tokens only idles along.
    const isFinishedSlot = request.emittedTokens === request.outputTokens;
    const wastedJ = isFinishedSlot ? share.energyJ : share.paddingJ;
    request.energyJ += share.energyJ;
    energy.wastedJ += wastedJ;
    energy.decodeJ += share.energyJ - wastedJ;
  }

  #stopDecoding(request: Request): void {
    this.leaveDecode(request);
    this.gaps?.keep(request, this.step);
    request.emittedTokens = request.outputTokens - (request.finishStep - this.step);
    request.lastTokenS = this.pauses?.lastTokenS(request) ?? this.nowS;
  }

  #firstToYield(): Request {
    const { yieldsBefore } = this.config.policy ?? schedulingPolicies.fcfs;
    let victim = this.running.last;
    if (victim !== undefined && yieldsBefore !== undefined) {
      for (const request of this.running) if (yieldsBefore(request, victim)) victim = request;
    }
    assert(victim !== undefined, "nobody is left to preempt");
    return victim;
  }

  /** It will be computed again, from the head of the queue or the place that its order gives it. */
  #discard(request: Request): void {
    this.memory.release(request, false);
    request.computedTokens = Math.max(request.computedTokens, request.kvTokens);
    request.kvTokens = 0;
    request.prefillTarget = request.promptTokens + request.emittedTokens;
    this.waiting.prepend(request);
  }

  #swapOut(request: Request): void {
    const { swapBlocks = 0 } = this.config;
    const tokens = request.kvTokens;
    this.memory.release(request, true);
    this.#swappedBlocks += this.kv.blocksFor(tokens);
    if (this.#swappedBlocks > swapBlocks) {
      throw new SimulationError(
        `replica ${this.id} is out of swap space at ${this.nowS.toFixed(3)} s: ` +
          `${swapBlocks} blocks in the host's memory do not hold ${this.#swappedBlocks}`,
      );
    }
    request.swappedTokens = tokens;
    request.kvTokens = 0;
    this.swappedTokens += tokens;
    this.swapped.append(request);
  }

  #head(): Request {
    const request = this.waiting.first;
    assert(request !== undefined, "nobody waits");
    return request;
  }

  #admit(request: Request, hitTokens: Tokens, tokens: Tokens): boolean {
    if (!this.memory.tryExtend(request, hitTokens + tokens, this.#keptFree())) return false;
    this.waiting.remove(request);
    this.running.append(request);
    request.kvTokens = hitTokens;
    request.scheduledS ??= this.nowS;
    this.chunks.push({ request, tokens });
    return true;
  }

  #scheduleChunk(request: Request, tokens: Tokens): boolean {
    if (tokens <= 0) return false;
    const toTokens = request.kvTokens + tokens;
    if (!this.memory.tryExtend(request, toTokens, this.#keptFree())) return false;
    this.chunks.push({ request, tokens });
    return true;
  }

  /** Blocks that those who decode take in their next step. */
  #dueBlocks(): Blocks {
    return this.kv.blocksTaken(this.step, 1);
  }

  /** Free blocks that a prompt may not have: in a step of its own it leaves only the watermark. */
  #keptFree(): Blocks {
    const { batcher, watermarkBlocks = 0 } = this.config;
    const decodesToo = !batcher.separatesPhases || this.chunks.length === 0;
    return watermarkBlocks + (decodesToo ? this.#dueBlocks() : 0);
  }
}
