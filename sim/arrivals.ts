import type { Calendar, SimEvent } from "./calendar.ts";
import type { Pace } from "./changes/pace.ts";
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
  readonly #pace: Pace | undefined;
  /** Where the pace may change: the source's next, by its own time, unless it is past the horizon on its way. */
  #next: { readonly spec: RequestSpec; readonly arrival: Arrival | undefined } | undefined;

  constructor(
    source: RequestSource,
    calendar: Calendar,
    times: {
      readonly frontEndS: Seconds;
      readonly horizonS: Seconds;
      readonly pace?: Pace | undefined;
    },
  ) {
    this.#source = source;
    this.#calendar = calendar;
    this.#pace = times.pace;
    this.#frontEndS = times.frontEndS;
    this.#horizonS = times.horizonS;
    this.#pull();
  }

  /** True once no request will arrive any more. */
  get ended(): boolean {
    return this.#drained && this.#onTheirWay === 0;
  }

  /** When the source's next request comes, at the rate of now; Infinity: never. Known where rates may change. */
  get nextS(): Seconds {
    return this.#next?.arrival?.spec.arrivalS ?? Number.POSITIVE_INFINITY;
  }

  /** An arrival is due: the next one of the source takes its place; false where it comes at another time. */
  takeOff(arrival: Arrival): boolean {
    if (this.#isStale(arrival)) return false;
    if (arrival.fromSource) this.#pull();
    this.#onTheirWay--;
    return true;
  }

  /** Requests come at another rate; false where it is the same. */
  changeRate(factor: number, nowS: Seconds): boolean {
    if (this.#pace?.change(factor, nowS) !== true) return false;
    const next = this.#next;
    if (next === undefined) return true;
    if (next.arrival !== undefined) {
      // Who is in the front end has come.
      if (next.arrival.spec.arrivalS <= nowS) return true;
      this.#onTheirWay--;
    }
    this.#bring(next.spec);
    return true;
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
      if (event.kind !== "arrival" || this.#isStale(event)) continue;
      yield event.spec;
      if (!event.fromSource) continue;
      let spec = this.#nextInTime();
      while (spec !== undefined && spec.arrivalS < this.#horizonS) {
        yield spec;
        spec = this.#nextInTime();
      }
    }
  }

  #isStale(arrival: Arrival): boolean {
    return this.#pace !== undefined && arrival.fromSource && arrival !== this.#next?.arrival;
  }

  #nextInTime(): RequestSpec | undefined {
    const spec = this.#source.next();
    return spec && (this.#pace?.timed(spec) ?? spec);
  }

  #pull(): void {
    const spec = this.#source.next();
    if (spec === undefined) {
      this.#next = undefined;
      this.#drain();
    } else if (this.#pace === undefined) this.#schedule(spec, true);
    else this.#bring(spec);
  }

  /** At the time that the pace gives it; a source that has none before the horizon has none at this pace. */
  #bring(spec: RequestSpec): void {
    const arrival = this.#schedule(this.#pace?.timed(spec) ?? spec, true);
    this.#next = { spec, arrival };
    this.#openEnded = false;
    this.#drained = false;
    if (arrival === undefined) this.#drain();
  }

  #drain(): void {
    this.#openEnded = true;
    this.#drained = this.#source.mayIssueMore?.() !== true;
  }

  #schedule(spec: RequestSpec, fromSource: boolean): Arrival | undefined {
    if (spec.arrivalS >= this.#horizonS) return undefined;
    this.#onTheirWay++;
    const arrival: Arrival = { kind: "arrival", spec, fromSource };
    this.#calendar.schedule(spec.arrivalS + this.#frontEndS, arrival);
    return arrival;
  }
}
