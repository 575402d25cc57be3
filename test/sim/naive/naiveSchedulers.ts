import { batchWaitS, budgetTokens } from "../../support/smallWorlds.ts";
import type { NaiveMemory } from "./naiveMemory.ts";
import {
  type Chunk,
  type NaiveContext,
  type NaiveReplica,
  type NaiveRequest,
  targetOf,
} from "./naiveRequest.ts";

/** What each scheduler puts into the next step: as vLLM's own loops do, request by request. */
export class NaiveSchedulers {
  readonly #context: NaiveContext;
  readonly #memory: NaiveMemory;
  readonly #budgetTokens: number;
  readonly #watermark: number;

  constructor(context: NaiveContext, memory: NaiveMemory) {
    this.#context = context;
    this.#memory = memory;
    this.#budgetTokens = budgetTokens(context.world, context.config.maxModelLen);
    this.#watermark = context.world.watermarkBlocks;
  }

  form(replica: NaiveReplica, nowS: number, sourceEnded: boolean): Chunk[] {
    switch (this.#context.world.scheduler) {
      case "static":
        return this.#staticBatch(replica, nowS, sourceEnded);
      case "continuous":
        return this.#continuous(replica);
      default:
        return this.#mixed(replica);
    }
  }

  /** vLLM v1's Scheduler.schedule, and Orca's: running requests, then waiting ones if none lost its place. */
  #mixed(replica: NaiveReplica): Chunk[] {
    const preemptedBefore = this.#context.books.preemptions;
    const chunks = this.#scheduleRunning(replica);
    if (this.#context.books.preemptions > preemptedBefore) return chunks;
    const ofWholePrompts = this.#context.world.scheduler === "orca";
    const budget = ofWholePrompts ? this.#budgetTokens : this.#left(chunks);
    return [...chunks, ...this.#admit(replica, budget, ofWholePrompts)];
  }

  /** vLLM v0's Scheduler._schedule_default. */
  #continuous(replica: NaiveReplica): Chunk[] {
    if (replica.swapped.length === 0) {
      const prompts = this.#admit(replica, this.#budgetTokens, true);
      if (prompts.length > 0) return prompts;
    }
    const preemptedBefore = this.#context.books.preemptions;
    const chunks = this.#scheduleRunning(replica);
    if (this.#context.books.preemptions > preemptedBefore) return chunks;
    return [...chunks, ...this.#swapIn(replica)];
  }

  #left(chunks: readonly Chunk[]): number {
    return chunks.reduce((left, { tokens }) => left - tokens, this.#budgetTokens);
  }

  #admit(replica: NaiveReplica, budgetTokens: number, ofWholePrompts: boolean): Chunk[] {
    const chunks: Chunk[] = [];
    let budget = budgetTokens;
    while (budget > 0 && replica.running.length < this.#context.world.maxSeqs) {
      const [request] = replica.waiting;
      if (request === undefined || (ofWholePrompts && targetOf(request) > budget)) break;
      const tokens = Math.min(budget, targetOf(request));
      const keepFree = this.#watermark;
      if (!this.#memory.allocate(replica, request, { tokens, keepFree })) break;
      replica.waiting.shift();
      replica.running.push(request);
      chunks.push({ request, tokens });
      budget -= tokens;
    }
    return chunks;
  }

  #scheduleRunning(replica: NaiveReplica): Chunk[] {
    let chunks: Chunk[] = [];
    for (const request of [...replica.running]) {
      const isRunning = () => replica.running.includes(request);
      const tokens = this.#tokensOf(request, this.#left(chunks));
      while (tokens > 0 && isRunning() && !this.#giveRoom(replica, request, tokens)) {
        // Whoever was scheduled before may be the one to give way.
        const victim = this.#memory.preempt(replica);
        chunks = chunks.filter((chunk) => chunk.request !== victim);
      }
      if (tokens > 0 && isRunning()) chunks.push({ request, tokens });
    }
    return chunks;
  }

  #tokensOf(request: NaiveRequest, budget: number): number {
    if (request.decoding) return 1 + this.#context.world.draftTokens;
    return Math.min(budget, targetOf(request) - request.kvTokens);
  }

  #giveRoom(replica: NaiveReplica, request: NaiveRequest, tokens: number): boolean {
    const toTokens = Math.min(this.#context.config.maxModelLen, request.kvTokens + tokens);
    return this.#memory.allocate(replica, request, { tokens: toTokens, keepFree: 0 });
  }

  #swapIn(replica: NaiveReplica): Chunk[] {
    const chunks: Chunk[] = [];
    const { world, config } = this.#context;
    while (replica.running.length < world.maxSeqs) {
      const [request] = replica.swapped;
      if (request === undefined) break;
      const tokens = 1 + world.draftTokens;
      const toTokens = Math.min(config.maxModelLen, request.swappedTokens + tokens);
      const room = { tokens: toTokens, keepFree: this.#watermark };
      if (!this.#memory.allocate(replica, request, room)) break;
      replica.swapped.shift();
      replica.running.push(request);
      replica.movedTokens += request.swappedTokens;
      request.kvTokens = request.swappedTokens;
      request.swappedTokens = 0;
      request.decoding = true;
      chunks.push({ request, tokens });
    }
    return chunks;
  }

  #staticBatch(replica: NaiveReplica, nowS: number, sourceEnded: boolean): Chunk[] {
    if (replica.running.length > 0) {
      return replica.running.map((request) => {
        this.#memory.allocate(replica, request, { tokens: request.kvTokens + 1, keepFree: 0 });
        return { request, tokens: 1 };
      });
    }
    const [head] = replica.waiting;
    if (head === undefined) return [];
    const waitS = batchWaitS(this.#context.world);
    const overdue = waitS !== undefined && head.enqueuedS + waitS <= nowS;
    const full = replica.waiting.length >= this.#context.world.maxSeqs;
    if (!full && !overdue && !sourceEnded) return [];
    replica.running = replica.waiting.splice(0, this.#context.world.maxSeqs);
    const width = Math.max(...replica.running.map(({ promptTokens }) => promptTokens));
    return replica.running.map((request) => {
      request.paddingTokens = width - request.promptTokens;
      request.heldTokens = width;
      return { request, tokens: width };
    });
  }
}
