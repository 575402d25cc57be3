import FastPriorityQueue from "fastpriorityqueue";
import type { Bytes, BytesPerSecond, Seconds } from "../units.ts";

interface Flow<Cargo> {
  readonly cargo: Cargo;
  /** Bytes that each flow of the link has moved, counted from its beginning, when this one is done. */
  readonly endBytes: Bytes;
  readonly sequence: number;
}

interface Aborted<Cargo> {
  readonly cargo: Cargo;
  readonly leftBytes: Bytes;
}

/**
 * A link whose bandwidth all transfers under way share evenly: two of them take twice the time of one.
 * Who joins ends when every flow has moved as many bytes more as it brings, so that one running
 * total tells the ends of all.
 */
export class Link<Cargo> {
  /** Counts the changes of what is under way, so that an end that was foretold before is known as stale. */
  plan = 0;
  #bandwidthBytesPerS: BytesPerSecond;
  readonly #flows = new FastPriorityQueue<Flow<Cargo>>(precedes);
  #movedBytes: Bytes = 0;
  #atS: Seconds = 0;
  #sequence = 0;

  constructor(bandwidthBytesPerS: BytesPerSecond) {
    this.#bandwidthBytesPerS = bandwidthBytesPerS;
  }

  add(cargo: Cargo, bytes: Bytes, nowS: Seconds): void {
    this.#advance(nowS);
    this.#flows.add({ cargo, endBytes: this.#movedBytes + bytes, sequence: this.#sequence++ });
    this.plan++;
  }

  /** From now on. */
  change(bandwidthBytesPerS: BytesPerSecond, nowS: Seconds): void {
    this.#advance(nowS);
    this.#bandwidthBytesPerS = bandwidthBytesPerS;
    this.plan++;
  }

  /** When the next transfer ends, if nothing changes before; undefined where none is under way, or moves. */
  nextEndS(): Seconds | undefined {
    const next = this.#flows.peek();
    if (next === undefined || this.#bandwidthBytesPerS === 0) return undefined;
    const leftBytes = (next.endBytes - this.#movedBytes) * this.#flows.size;
    return this.#atS + leftBytes / this.#bandwidthBytesPerS;
  }

  /** Takes out the transfer that ends now. */
  finish(nowS: Seconds): Cargo | undefined {
    const next = this.#flows.poll();
    if (next === undefined) return undefined;
    // Exactly: those who began together end together.
    this.#movedBytes = next.endBytes;
    this.#atS = nowS;
    this.plan++;
    return next.cargo;
  }

  /** Takes out what of that under way is meant, in the order of its ends, each with what it has yet to move. */
  abort(nowS: Seconds, isMeant: (cargo: Cargo) => boolean): Aborted<Cargo>[] {
    this.#advance(nowS);
    const flows: Flow<Cargo>[] = [];
    for (let flow = this.#flows.poll(); flow !== undefined; flow = this.#flows.poll()) {
      flows.push(flow);
    }
    const aborted: Aborted<Cargo>[] = [];
    for (const flow of flows) {
      const leftBytes = Math.max(0, flow.endBytes - this.#movedBytes);
      if (isMeant(flow.cargo)) aborted.push({ cargo: flow.cargo, leftBytes });
      else this.#flows.add(flow);
    }
    if (aborted.length > 0) this.plan++;
    return aborted;
  }

  #advance(nowS: Seconds): void {
    const { size } = this.#flows;
    if (size > 0) this.#movedBytes += (this.#bandwidthBytesPerS * (nowS - this.#atS)) / size;
    this.#atS = nowS;
  }
}

function precedes<Cargo>(a: Flow<Cargo>, b: Flow<Cargo>): boolean {
  return a.endBytes === b.endBytes ? a.sequence < b.sequence : a.endBytes < b.endBytes;
}
