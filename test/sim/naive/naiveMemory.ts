import type { NaiveContext, NaiveReplica, NaiveRequest } from "./naiveRequest.ts";

/** Blocks of each request by itself, and who loses them where there are too few. */
export class NaiveMemory {
  readonly #context: NaiveContext;

  constructor(context: NaiveContext) {
    this.#context = context;
  }

  usedBlocks({ running }: NaiveReplica): number {
    return running.reduce((sum, { heldTokens }) => sum + this.#blocksOf(heldTokens), 0);
  }

  /** Gives the request room for so many tokens; false where that leaves too few blocks free. */
  allocate(
    replica: NaiveReplica,
    request: NaiveRequest,
    { tokens, keepFree }: { tokens: number; keepFree: number },
  ): boolean {
    const others = replica.running.filter((other) => other !== request);
    const held = this.usedBlocks({ ...replica, running: others });
    const wantedTokens = Math.max(tokens, request.heldTokens);
    if (held + this.#blocksOf(wantedTokens) > this.#context.config.kvBlocks - keepFree)
      return false;
    request.heldTokens = wantedTokens;
    return true;
  }

  /** Who came last gives way, or by priority the least urgent; to the host, or to be computed again. */
  preempt(replica: NaiveReplica): NaiveRequest | undefined {
    const { world, books } = this.#context;
    const byUrgency = (a: NaiveRequest, b: NaiveRequest) => a.priority - b.priority || a.id - b.id;
    const order =
      world.policy === "priority" ? replica.running.toSorted(byUrgency) : replica.running;
    const victim = order.at(-1);
    if (victim === undefined) return undefined;
    replica.running = replica.running.filter((other) => other !== victim);
    victim.preemptions++;
    books.preemptions++;
    if (world.swaps) {
      victim.swappedTokens = victim.kvTokens;
      replica.movedTokens += victim.kvTokens;
      replica.swapped.push(victim);
    } else {
      replica.waiting.unshift(victim);
      this.sortQueue(replica);
    }
    victim.kvTokens = 0;
    victim.heldTokens = 0;
    victim.decoding = false;
    return victim;
  }

  sortQueue(replica: NaiveReplica): void {
    const { policy } = this.#context.world;
    const rank = ({ priority, promptTokens }: NaiveRequest) =>
      policy === "priority" ? priority : promptTokens;
    if (policy === "fcfs") return;
    replica.waiting.sort((a, b) => rank(a) - rank(b) || a.id - b.id);
  }

  #blocksOf(tokens: number): number {
    return Math.ceil(tokens / this.#context.config.blockSize);
  }
}
