import { assert } from "./assert.ts";
import type { Request } from "./request.ts";

/** A queue of requests that any member can leave in O(1). A request is in one list at a time. */
export class RequestList {
  #first: Request | undefined;
  #last: Request | undefined;
  #size = 0;

  get first(): Request | undefined {
    return this.#first;
  }

  get last(): Request | undefined {
    return this.#last;
  }

  get size(): number {
    return this.#size;
  }

  *[Symbol.iterator](): Generator<Request> {
    for (let request = this.#first; request !== undefined; request = request.following) {
      yield request;
    }
  }

  append(request: Request): void {
    request.previous = this.#last;
    if (this.#last === undefined) this.#first = request;
    else this.#last.following = request;
    this.#last = request;
    this.#size++;
  }

  prepend(request: Request): void {
    request.following = this.#first;
    if (this.#first === undefined) this.#last = request;
    else this.#first.previous = request;
    this.#first = request;
    this.#size++;
  }

  remove(request: Request): void {
    const { previous, following } = request;
    assert(previous !== undefined || this.#first === request, "the request is in another list");
    if (previous === undefined) this.#first = following;
    else previous.following = following;
    if (following === undefined) this.#last = previous;
    else following.previous = previous;
    request.previous = undefined;
    request.following = undefined;
    this.#size--;
  }
}
