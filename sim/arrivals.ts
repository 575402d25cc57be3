import type { Calendar, SimEvent } from "./calendar.ts";
import type { RequestSource, RequestSpec } from "./ports.ts";
import type { Request } from "./request.ts";
import type { Seconds } from "./units.ts";

export type Arrival = Extract<SimEvent, { kind: "arrival" }>;

/** Brings the requests of a source into the calendar: one ahead, and what the end of others causes. */
export class Arrivals {
  readonly #source: RequestSource;
  readonly #calendar: Calendar;
  readonly #frontEndS: Seconds;
  /** Nobody is heard of who arrives at the horizon or later. */
  readonly #horizonS: Seconds;
  /** Nobody will issue another request; those already issued may still be on their way. */
  #drained = false;
  /** The source has nothing more that does not wait for the end of another request. */
  #openEnded = false;
  #onTheirWay = 0;

  constructor(
    source: RequestSource,
    calendar: Calendar,
    times: { readonly frontEndS: Seconds; readonly horizonS: Seconds },
  ) {
    this.#source = source;
    this.#calendar = calendar;
    this.#frontEndS = times.frontEndS;
    this.#horizonS = times.horizonS;
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

  /** A request ended, which may issue another; told if that is the last one of all. */
  afterEndOf({ details: { shared }, status }: Request, nowS: Seconds): RequestSpec | undefined {
    const next = this.#source.ended?.(nowS, { shared, status });
    if (next !== undefined) this.#schedule(next, false);
    const wasDrained = this.#drained;
    this.#drained ||= this.#openEnded && this.#source.mayIssueMore?.() !== true;
    return this.#drained && !wasDrained ? next : undefined;
  }

  /** Requests that the horizon finds in the front end; empties the calendar. */
  *inFrontEnd(): Generator<RequestSpec> {
    for (const event of this.#calendar.drain()) {
      if (event.kind !== "arrival") continue;
      yield event.spec;
      if (!event.fromSource) continue;
      let spec = this.#source.next();
      while (spec !== undefined && spec.arrivalS < this.#horizonS) {
        yield spec;
        spec = this.#source.next();
      }
    }
  }

  #pull(): void {
    const spec = this.#source.next();
    if (spec !== undefined) {
      this.#schedule(spec, true);
      return;
    }
    this.#openEnded = true;
    this.#drained = this.#source.mayIssueMore?.() !== true;
  }

  #schedule(spec: RequestSpec, fromSource: boolean): void {
    if (spec.arrivalS >= this.#horizonS) return;
    this.#onTheirWay++;
    const atS = spec.arrivalS + this.#frontEndS;
    this.#calendar.schedule(atS, { kind: "arrival", spec, fromSource });
  }
}
