import { assert, SimulationError } from "./assert.ts";
import type { Batcher, BatchingReplica, PromptView } from "./batching/batcher.ts";
import { DecodeSet } from "./decodeSet.ts";
import { KvBlocks } from "./kvCache/blocks.ts";
import { DecodeMeter } from "./metrics/decodeMeter.ts";
import type { GapLog } from "./metrics/gapLog.ts";
import type { Recorder } from "./metrics/recorder.ts";
import type { ReplicaSignal, StepModel } from "./ports.ts";
import type { PrefillChunk } from "./prefill.ts";
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
  readonly gpus: number;
  /** What all its GPUs draw with the weights loaded and no step in flight. */
  readonly idleW: Watts;
}

/** The requests on one replica and their KV blocks: what batching policies look at and change. */
export class Replica implements ReplicaSignal, BatchingReplica {
  readonly id: ReplicaId;
  readonly config: ReplicaConfig;
  readonly kv: KvBlocks;
  readonly waiting = new RequestList();
  /** In order of admission; the one admitted last is preempted first. */
  readonly running = new RequestList();
  readonly decode: DecodeSet;
  readonly meter = new DecodeMeter();
  /** Kept where a horizon may leave requests unfinished. */
  readonly gaps: GapLog | undefined;
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
  readonly #share = { energyJ: 0, paddingJ: 0 };

  constructor(id: ReplicaId, config: ReplicaConfig, recorder: Recorder, gaps?: GapLog) {
    this.id = id;
    this.gaps = gaps;
    this.#recorder = recorder;
    this.config = config;
    this.kv = new KvBlocks(config.kvBlocks, config.blockSize);
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

  get firstWaiting(): PromptView | undefined {
    return this.waiting.first;
  }

  get partialPrefill(): PromptView | undefined {
    return this.partial;
  }

  *waitingPrompts(count: number): Generator<PromptView> {
    let request = this.waiting.first;
    for (let i = 0; i < count && request !== undefined; i++) {
      yield request;
      request = request.following;
    }
  }

  canDecode(): boolean {
    return this.kv.blocksTaken(this.step, 1) <= this.kv.free;
  }

  preemptLast(): void {
    const victim = this.running.last;
    assert(victim !== undefined, "nobody is left to preempt");
    this.running.remove(victim);
    if (victim === this.partial) this.partial = undefined;
    else this.#stopDecoding(victim);
    this.kv.release(victim.kvTokens);
    victim.computedTokens = Math.max(victim.computedTokens, victim.kvTokens);
    victim.kvTokens = 0;
    victim.prefillTarget = victim.promptTokens + victim.emittedTokens;
    victim.preemptions++;
    this.hasPreempted = true;
    this.#recorder.preemptions++;
    this.waiting.prepend(victim);
  }

  continuePrefill(tokens: Tokens): boolean {
    const request = this.partial;
    assert(request !== undefined, "no prefill is under way");
    return this.#scheduleChunk(request, tokens);
  }

  admitFirst(tokens: Tokens): boolean {
    const request = this.waiting.first;
    assert(request !== undefined, "nobody waits");
    if (!this.#scheduleChunk(request, tokens)) return false;
    this.waiting.remove(request);
    this.running.append(request);
    request.scheduledS ??= this.nowS;
    return true;
  }

  admitPadded(tokens: Tokens): boolean {
    const request = this.waiting.first;
    assert(request !== undefined, "nobody waits");
    request.paddingTokens = tokens - request.promptTokens;
    request.prefillTarget = tokens;
    return this.admitFirst(tokens);
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
    request.lastTokenS = this.nowS;
  }

  #scheduleChunk(request: Request, tokens: Tokens): boolean {
    const from = request.kvTokens;
    const dueBlocks = this.kv.blocksTaken(this.step, 1);
    if (tokens <= 0 || !this.kv.tryGrow(from, from + tokens, dueBlocks)) return false;
    this.chunks.push({ request, tokens });
    return true;
  }
}
