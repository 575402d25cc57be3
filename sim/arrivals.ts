import type { Calendar, SimEvent } from "./calendar.ts";
import type { RequestSource, RequestSpec } from "./ports.ts";
import type { Seconds } from "./units.ts";

export type Arrival = Extract<SimEvent, { kind: "arrival" }>;

/** Brings the requests of a source into the calendar: one ahead, and what the end of others causes. */
export class Arrivals {
  readonly #source: RequestSource;
  readonly #calendar: Calendar;
  readonly #frontEndS: Seconds;
  /** Nobody will issue another request; those already issued may still be on their way. */
  #drained = false;
  #onTheirWay = 0;

  constructor(source: RequestSource, calendar: Calendar, frontEndS: Seconds) {
    this.#source = source;
    this.#calendar = calendar;
    this.#frontEndS = frontEndS;
    this.#pull();
  }

  /** True once no request will arrive any more. */
  get ended(): boolean {
    return this.#drained && this.#onTheirWay === 0;
  }

  /** An arrival is due: the next one of the source takes its place in the calendar. */
  takeOff(arrival: Arrival): void {
    if (arrival.fromSource) this.#pull();
    this.#onTheirWay--;
  }

  /** A request ended at `nowS`, which may issue another; told if that is the last one of all. */
  afterEndOf(nowS: Seconds): RequestSpec | undefined {
    const next = this.#source.ended?.(nowS);
    if (next === undefined) return undefined;
    this.#schedule(next, false);
    this.#drained = this.#source.mayIssueMore?.() !== true;
    return this.#drained ? next : undefined;
  }

  /** Requests that arrived before `nowS` and are still in the front end; empties the calendar. */
  *before(nowS: Seconds): Generator<RequestSpec> {
    for (const event of this.#calendar.drain()) {
      if (event.kind !== "arrival" || event.spec.arrivalS >= nowS) continue;
      yield event.spec;
      if (!event.fromSource) continue;
      let spec = this.#source.next();
      for (; spec !== undefined && spec.arrivalS < nowS; spec = this.#source.next()) yield spec;
    }
  }

  #pull(): void {
    const spec = this.#source.next();
    if (spec === undefined) this.#drained = this.#source.mayIssueMore?.() !== true;
    else this.#schedule(spec, true);
  }

  #schedule(spec: RequestSpec, fromSource: boolean): void {
    this.#onTheirWay++;
    const atS = spec.arrivalS + this.#frontEndS;
    this.#calendar.schedule(atS, { kind: "arrival", spec, fromSource });
  }
}
