import type { BatchRequest, BatchSnapshot } from "../../sim/batchSnapshot.ts";
import type { RequestId } from "../../sim/units.ts";

/** For so many views a preemption is news. */
export const newsViews = 12;

/** A request as it is shown. */
export interface ShownRequest extends BatchRequest {
  /** A running request keeps its place while it runs; -1: it does not run. */
  readonly place: number;
  /** Views for which it is still news that it was preempted. */
  readonly newsLeft: number;
}

export interface BatchView extends Omit<BatchSnapshot, "running" | "swapped" | "waiting"> {
  /** In the order of their places. */
  readonly running: readonly ShownRequest[];
  readonly swapped: readonly ShownRequest[];
  readonly waiting: readonly ShownRequest[];
}

/** Remembers of the replica that is looked at who stood where, and who was preempted of late. */
export class BatchBook {
  #replica = -1;
  #places: (RequestId | undefined)[] = [];
  #preemptions = new Map<RequestId, number>();
  #newsLeft = new Map<RequestId, number>();

  /** The next view of it. */
  view(snapshot: BatchSnapshot): BatchView {
    if (snapshot.replica !== this.#replica) this.#lookAt(snapshot);
    const { running, swapped, waiting, replica, kv } = snapshot;
    this.#noteNews([...running, ...swapped, ...waiting]);
    this.#seat(running);
    const placeOf = new Map(this.#places.map((id, place) => [id, place]));
    const shown = (request: BatchRequest): ShownRequest => ({
      ...request,
      place: placeOf.get(request.id) ?? -1,
      newsLeft: this.#newsLeft.get(request.id) ?? 0,
    });
    return {
      replica,
      kv,
      running: running.map(shown).sort((a, b) => a.place - b.place),
      swapped: swapped.map(shown),
      waiting: waiting.map(shown),
    };
  }

  /** Who was preempted before isn't news. */
  #lookAt({ replica, running, swapped, waiting }: BatchSnapshot): void {
    this.#replica = replica;
    this.#places = [];
    this.#newsLeft = new Map();
    const here = [...running, ...swapped, ...waiting];
    this.#preemptions = new Map(here.map(({ id, preemptions }) => [id, preemptions]));
  }

  #noteNews(here: readonly BatchRequest[]): void {
    const newsLeft = new Map<RequestId, number>();
    for (const { id, preemptions } of here) {
      const isNew = preemptions > (this.#preemptions.get(id) ?? 0);
      const left = isNew ? newsViews : (this.#newsLeft.get(id) ?? 0) - 1;
      if (left > 0) newsLeft.set(id, left);
    }
    this.#newsLeft = newsLeft;
    this.#preemptions = new Map(here.map(({ id, preemptions }) => [id, preemptions]));
  }

  /** Whoever runs on stays; those who are new take the first places that are free. */
  #seat(running: readonly BatchRequest[]): void {
    const here = new Set(running.map(({ id }) => id));
    const places = this.#places.map((id) => (id !== undefined && here.has(id) ? id : undefined));
    const seated = new Set(places);
    let free = 0;
    for (const { id } of running) {
      if (seated.has(id)) continue;
      while (places[free] !== undefined) free++;
      places[free] = id;
    }
    this.#places = places;
  }
}
