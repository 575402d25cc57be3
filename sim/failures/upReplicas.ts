import { broken } from "../assert.ts";
import type { ReplicaSignal, RoutedRequest, Router } from "../ports.ts";
import type { ReplicaId } from "../units.ts";

/** A router that may find nobody up. */
export interface DoorRouter {
  (request: RoutedRequest, replicas: readonly ReplicaSignal[]): ReplicaId | undefined;
  readonly leaves?: Router["leaves"];
}

/** Shows a router the replicas that are up, as a gateway that checks their health does: at once. */
export class UpReplicas {
  readonly #router: Router;
  readonly #down = new Set<ReplicaId>();
  #all: readonly ReplicaSignal[] = [];
  /** A new list whenever somebody fails or returns: routers know by it that they have to look anew. */
  #up: readonly ReplicaSignal[] = [];
  #places = new Map<ReplicaId, number>();

  constructor(router: Router) {
    this.#router = router;
  }

  isDown(id: ReplicaId): boolean {
    return this.#down.has(id);
  }

  change(id: ReplicaId, isUp: boolean): void {
    if (isUp) this.#down.delete(id);
    else this.#down.add(id);
    this.#list();
    this.#router.changed?.(id, isUp);
  }

  get router(): DoorRouter {
    const leaves: Router["leaves"] = (id) => {
      const place = this.#places.get(id);
      if (place !== undefined) this.#router.leaves?.(place);
    };
    return Object.assign(this.#route.bind(this), { leaves });
  }

  #route(request: RoutedRequest, replicas: readonly ReplicaSignal[]): ReplicaId | undefined {
    if (this.#all !== replicas) {
      this.#all = replicas;
      this.#list();
    }
    if (this.#up.length === 0) return undefined;
    if (this.#router.keepsHomes === true) {
      const home = this.#router(request, replicas);
      if (!this.#down.has(home)) return home;
    }
    const place = this.#router(request, this.#up);
    return this.#up[place]?.id ?? broken(`the router chose place ${place} of ${this.#up.length}`);
  }

  #list(): void {
    this.#up = this.#all.filter(({ id }) => !this.#down.has(id));
    this.#places = new Map(this.#up.map(({ id }, place) => [id, place]));
  }
}
