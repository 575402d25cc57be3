import type { ReplicaSignal } from "../ports.ts";
import type { ReplicaId } from "../units.ts";

/** Requests that wait, run or are swapped out on a replica: what routers call its load. */
export function loadSeqs(replica: ReplicaSignal): number {
  return replica.waitingSeqs + replica.runningSeqs + replica.swappedSeqs;
}

const nobodyRequests = 2 ** 31 - 1;

/**
 * A tournament: who is less loaded wins, of equals who has the lower place. Where one load
 * changes, only the games on its way to the top are played again.
 */
export class LoadTree {
  readonly replicas: readonly ReplicaSignal[];
  /** Leaves are a power of two; node n plays the winners of 2n and 2n + 1. */
  readonly #leaves: number;
  readonly #winners: Int32Array;
  readonly #loads: Int32Array;
  readonly #changed: number[] = [];

  constructor(replicas: readonly ReplicaSignal[]) {
    this.replicas = replicas;
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(2, replicas.length)));
    this.#winners = new Int32Array(2 * this.#leaves);
    this.#loads = new Int32Array(this.#leaves).fill(nobodyRequests);
    for (let place = 0; place < this.#leaves; place++) this.#winners[this.#leaves + place] = place;
    for (const [place, replica] of replicas.entries()) this.#loads[place] = loadSeqs(replica);
    for (let node = this.#leaves - 1; node > 0; node--) this.#play(node);
  }

  /** Its load may be another when the next one is asked for. */
  change(place: ReplicaId): void {
    if (place < this.replicas.length) this.#changed.push(place);
  }

  /** The place of the least loaded replica. */
  least(): ReplicaId {
    for (const place of this.#changed) this.#settle(place);
    this.#changed.length = 0;
    return this.#winners[1] ?? 0;
  }

  #settle(place: number): void {
    const replica = this.replicas[place];
    const seqs = replica === undefined ? nobodyRequests : loadSeqs(replica);
    if (seqs === this.#loads[place]) return;
    this.#loads[place] = seqs;
    for (let node = (this.#leaves + place) >> 1; node > 0; node >>= 1) this.#play(node);
  }

  #play(node: number): void {
    const left = this.#winners[2 * node] ?? 0;
    const right = this.#winners[2 * node + 1] ?? 0;
    const isLeft = (this.#loads[left] ?? 0) <= (this.#loads[right] ?? 0);
    this.#winners[node] = isLeft ? left : right;
  }
}
