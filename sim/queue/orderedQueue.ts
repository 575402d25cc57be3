import FastPriorityQueue from "fastpriorityqueue";
import type { Request } from "../request.ts";
import type { WaitingQueue } from "./waitingQueue.ts";

/** A place in the queue; stale once the request has left it. */
interface Place {
  readonly request: Request;
  readonly stay: number;
}

/** A queue that is always sorted; whoever was preempted takes the place that its order gives it. */
export class OrderedQueue implements WaitingQueue {
  #size = 0;
  readonly #places: FastPriorityQueue<Place>;

  /** @param precedes a total order: ties end in the id. */
  constructor(precedes: (a: Request, b: Request) => boolean) {
    this.#places = new FastPriorityQueue<Place>((a, b) => precedes(a.request, b.request));
  }

  get size(): number {
    return this.#size;
  }

  get first(): Request | undefined {
    for (let place = this.#places.peek(); place !== undefined; place = this.#places.peek()) {
      if (isCurrent(place)) return place.request;
      this.#places.poll();
    }
    return undefined;
  }

  *[Symbol.iterator](): Generator<Request> {
    const places = this.#places.clone();
    for (let place = places.poll(); place !== undefined; place = places.poll()) {
      if (isCurrent(place)) yield place.request;
    }
  }

  append(request: Request): void {
    this.#places.add({ request, stay: request.queueStays });
    this.#size++;
  }

  prepend(request: Request): void {
    this.append(request);
  }

  remove(request: Request): void {
    request.queueStays++;
    this.#size--;
  }
}

function isCurrent({ request, stay }: Place): boolean {
  return request.queueStays === stay;
}
