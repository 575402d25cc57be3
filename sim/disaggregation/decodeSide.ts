import { assert } from "../assert.ts";
import { Headroom } from "../kvCache/headroom.ts";
import type { Request } from "../request.ts";
import type { Stepper } from "../stepper.ts";
import type { ReplicaId, Seconds } from "../units.ts";
import type { Handover } from "./handover.ts";

/** A replica that decodes what others prefilled: who waits for room on it, is on the way, or has come. */
export class DecodeSide {
  readonly stepper: Stepper;
  readonly #headroom: Headroom;
  readonly #maxSeqs: number;
  /** First come, first served, from the place `#next` on. */
  #queue: Handover[] = [];
  #next = 0;
  #arrived: Request[] = [];
  /** Whose blocks are taken and who doesn't decode yet. */
  #inboundSeqs = 0;
  /** Room that was taken for one on the way is free again, which may be what somebody preempted waits for. */
  #hasFreed = false;
  /** Nothing is let in, and whoever waits here waits for its return. */
  isDown = false;

  constructor(stepper: Stepper) {
    const { takesOver } = stepper.replica.config;
    assert(takesOver !== undefined, "a replica that prefills its own prompts");
    this.stepper = stepper;
    this.#headroom = new Headroom(stepper.replica);
    this.#maxSeqs = takesOver.maxSeqs;
  }

  get id(): ReplicaId {
    return this.stepper.replica.id;
  }

  /** All who are, or will be, here. */
  get loadSeqs(): number {
    const { runningSeqs, waitingSeqs } = this.stepper.replica;
    return runningSeqs + waitingSeqs + this.#inboundSeqs + this.queuedSeqs;
  }

  /** Who waits to be let in. */
  get queuedSeqs(): number {
    return this.#queue.length - this.#next;
  }

  /** Somebody has come, or could be let in: between two steps both are seen to. */
  get wantsBoundary(): boolean {
    const isAwaited = this.#hasFreed && this.stepper.replica.waitingSeqs > 0;
    return this.#arrived.length > 0 || isAwaited || (this.queuedSeqs > 0 && this.#hasSlot);
  }

  enqueue(handover: Handover): void {
    this.#queue.push(handover);
  }

  arrive(request: Request): void {
    this.#arrived.push(request);
  }

  /** Between two steps: whoever has come decodes from now on; tells how many. */
  join(nowS: Seconds): number {
    const { replica } = this.stepper;
    const joined = this.#arrived.length;
    replica.nowS = nowS;
    for (const request of this.#arrived) {
      request.isRunning = true;
      replica.running.append(request);
      replica.startDecoding(request);
    }
    this.#arrived = [];
    this.#hasFreed = false;
    this.#inboundSeqs -= joined;
    return joined;
  }

  /** Takes the blocks of the first who waits; undefined where there is no room. */
  reserve(): Handover | undefined {
    const first = this.#queue[this.#next];
    if (first === undefined || !this.#hasSlot) return undefined;
    const { kv } = this.stepper.replica;
    const { kvTokens } = first.request;
    const keepFree = this.#headroom.besideReturning(kvTokens);
    if (!kv.tryTake(kv.blocksFor(kvTokens), keepFree)) return undefined;
    this.#inboundSeqs++;
    this.#next++;
    // A queue of which half has left is copied, so that each costs O(1).
    if (2 * this.#next > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#next);
      this.#next = 0;
    }
    return first;
  }

  /** Takes out who waits here for room and is meant; nothing was taken for them yet. */
  withdraw(isMeant: (handover: Handover) => boolean): Handover[] {
    const waiting = this.#queue.slice(this.#next);
    this.#queue = waiting.filter((handover) => !isMeant(handover));
    this.#next = 0;
    return waiting.filter(isMeant);
  }

  /** One on the way comes no more. */
  release({ kvTokens }: Request): void {
    const { kv } = this.stepper.replica;
    kv.giveBack(kv.blocksFor(kvTokens));
    this.#inboundSeqs--;
    this.#hasFreed = true;
  }

  /** Takes out those who have come and don't decode yet. */
  loseArrived(): Request[] {
    const lost = this.#arrived;
    for (const request of lost) this.release(request);
    this.#arrived = [];
    return lost;
  }

  /** Those who are here and don't decode; not those on the way. */
  *requests(): Generator<Request> {
    for (const { request } of this.#queue.slice(this.#next)) yield request;
    yield* this.#arrived;
  }

  /** Whoever was preempted here comes first. */
  get #hasSlot(): boolean {
    if (this.isDown) return false;
    const { runningSeqs, waitingSeqs } = this.stepper.replica;
    return waitingSeqs === 0 && runningSeqs + this.#inboundSeqs < this.#maxSeqs;
  }
}
