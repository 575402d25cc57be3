import { broken } from "../assert.ts";
import { isUntouched, newRequest, type Request } from "../request.ts";
import { RequestList } from "../requestList.ts";
import type { WaitingQueue } from "./waitingQueue.ts";

/** So many at the front are kept as they are; those behind them are packed, in chunks of as many. */
const chunkRequests = 1024;
const columns = 6;

/** Requests in the order in which they came. */
interface Chunk {
  readonly rows: Float64Array;
  /** Those that a row can't tell whole, kept as they are. */
  readonly whole: (Request | undefined)[];
  size: number;
}

/**
 * First come, first served, in a tenth of the memory where very many wait: of those far behind only what
 * tells them apart is kept, and they are made anew at the front. So nobody else may refer to a
 * request that waits here.
 */
export class PackedQueue implements WaitingQueue {
  readonly #front = new RequestList();
  readonly #back: Chunk[] = [];
  #backSize = 0;

  get size(): number {
    return this.#front.size + this.#backSize;
  }

  get first(): Request | undefined {
    return this.#front.first;
  }

  /** Whoever is told of has been unpacked. */
  *[Symbol.iterator](): Generator<Request> {
    for (let request = this.#front.first; request !== undefined; request = request.following) {
      yield request;
      if (request === this.#front.last) this.#unpack();
    }
  }

  append(request: Request): void {
    if (this.#backSize === 0 && this.#front.size < chunkRequests) this.#front.append(request);
    else this.#pack(request);
  }

  prepend(request: Request): void {
    this.#front.prepend(request);
  }

  remove(request: Request): void {
    this.#front.remove(request);
    if (this.#front.size === 0) this.#unpack();
  }

  #pack(request: Request): void {
    let chunk = this.#back.at(-1);
    if (chunk === undefined || chunk.size === chunkRequests) {
      chunk = { rows: new Float64Array(columns * chunkRequests), whole: [], size: 0 };
      this.#back.push(chunk);
    }
    if (isUntouched(request)) writeRow(chunk, request);
    else chunk.whole[chunk.size] = request;
    chunk.size++;
    this.#backSize++;
  }

  /** Brings the first chunk to the end of the front. */
  #unpack(): void {
    const chunk = this.#back.shift();
    if (chunk === undefined) return;
    this.#backSize -= chunk.size;
    for (let row = 0; row < chunk.size; row++) {
      this.#front.append(chunk.whole[row] ?? readRow(chunk, row));
    }
  }
}

function writeRow({ rows, size }: Chunk, request: Request): void {
  const at = size * columns;
  rows[at] = request.id;
  rows[at + 1] = request.arrivalS;
  rows[at + 2] = request.enqueuedS;
  rows[at + 3] = request.promptTokens;
  rows[at + 4] = request.outputTokens;
  rows[at + 5] = request.replica ?? broken(`request ${request.id} waits nowhere`);
}

function readRow({ rows }: Chunk, row: number): Request {
  const [id = -1, arrivalS = -1, enqueuedS = -1, promptTokens = 0, outputTokens = 0, replica] =
    rows.subarray(row * columns, (row + 1) * columns);
  const spec = { arrivalS, promptTokens, outputTokens };
  const request = newRequest(spec, { id, outputTokens, priority: 0, enqueuedS });
  request.replica = replica;
  return request;
}
