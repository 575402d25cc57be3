import type { DoorRouter } from "../failures/upReplicas.ts";
import type { ReplicaSignal, Router } from "../ports.ts";

/** Shows a router the first so many replicas, as a gateway does that is told of those that join and leave. */
export class RoutedReplicas {
  readonly #router: Router;
  #count: number;
  #all: readonly ReplicaSignal[] = [];
  /** A new list at each change: routers know by it that they have to look anew. */
  #routed: readonly ReplicaSignal[] = [];

  constructor(router: Router, count: number) {
    this.#router = router;
    this.#count = count;
  }

  get count(): number {
    return this.#count;
  }

  become(count: number): void {
    const before = this.#count;
    this.#count = count;
    this.#list();
    for (let id = before; id < count; id++) this.#router.changed?.(id, true);
    for (let id = count; id < before; id++) this.#router.changed?.(id, false);
  }

  get router(): DoorRouter {
    const route: DoorRouter = (request, replicas) => {
      if (this.#all !== replicas) {
        this.#all = replicas;
        this.#list();
      }
      return this.#router(request, this.#routed);
    };
    const leaves: Router["leaves"] = (id) => {
      if (id < this.#count) this.#router.leaves?.(id);
    };
    return Object.assign(route, { leaves });
  }

  #list(): void {
    this.#routed = this.#all.slice(0, this.#count);
  }
}
