import type { Request } from "../request.ts";

/** Those who wait at a replica, in the order in which they are to be admitted. */
export interface WaitingQueue extends Iterable<Request> {
  readonly first: Request | undefined;
  readonly size: number;
  append(request: Request): void;
  /** Takes back one that was preempted. */
  prepend(request: Request): void;
  remove(request: Request): void;
}
