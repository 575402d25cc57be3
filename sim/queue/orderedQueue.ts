import FastPriorityQueue from "fastpriorityqueue";
import type { Request } from "../request.ts";
import type { WaitingQueue } from "./waitingQueue.ts";

/** A place in the queue; stale once the request has left it. */
interface Place {
  readonly request: Request;
}

/** A queue that is always sorted; whoever was preempted takes the place that its order gives it. */
export class OrderedQueue implements WaitingQueue {
  readonly #places: FastPriorityQueue<Place>;
  readonly #current = new Map<Request, Place>();

  /** @param precedes a total order: ties end in the id. */
  constructor(precedes: (a: Request, b: Request) => boolean) {
    this.#places = new FastPriorityQueue<Place>((a, b) => precedes(a.request, b.request));
  }

  get size(): number {
    return this.#current.size;
  }

  get first(): Request | undefined {
    for (let place = this.#places.peek(); place !== undefined; place = this.#places.peek()) {
      if (this.#isCurrent(place)) return place.request;
      this.#places.poll();
    }
    return undefined;
  }

  *[Symbol.iterator](): Generator<Request> {
    const places = this.#places.clone();
    for (let place = places.poll(); place !== undefined; place = places.poll()) {
      if (this.#isCurrent(place)) yield place.request;
    }
  }

  append(request: Request): void {
    const place = { request };
    this.#current.set(request, place);
    this.#places.add(place);
  }

  prepend(request: Request): void {
    this.append(request);
  }

  remove(request: Request): void {
    this.#current.delete(request);
  }

  #isCurrent(place: Place): boolean {
    return this.#current.get(place.request) === place;
  }
}
