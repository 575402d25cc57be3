import type { Calendar } from "./calendar.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Failures } from "./failures/failures.ts";
import type { ClientEnd, Request, RequestEnd } from "./request.ts";
import type { Seconds } from "./units.ts";

interface DepartureParts {
  readonly calendar: Calendar;
  readonly dispatcher: () => Dispatcher;
  readonly failures: () => Failures | undefined;
  readonly ended: (request: Request) => void;
}

/** Requests that end without having all their tokens. */
export class Departures {
  readonly #parts: DepartureParts;

  constructor(parts: DepartureParts) {
    this.#parts = parts;
  }

  /** It ends without leaving a batch. */
  endOutside(request: Request, end: RequestEnd, nowS: Seconds): void {
    request.status = end;
    request.endS = nowS;
    this.#parts.ended(request);
  }

  /** Too many wait beside it. */
  turnAway(request: Request): void {
    const { dispatcher, calendar } = this.#parts;
    dispatcher()
      .stepper(request.replica ?? -1)
      .replica.drop(request);
    this.endOutside(request, "rejected", calendar.nowS);
  }

  /** It leaves at once where it waits, and at the next step boundary where it runs. */
  giveUp(request: Request, how: ClientEnd, nowS: Seconds): void {
    if (request.status !== "inFlight") return;
    if (request.replica === undefined) {
      if (this.#parts.failures()?.release(request) === true) this.endOutside(request, how, nowS);
      return;
    }
    const dispatcher = this.#parts.dispatcher();
    const stepper = dispatcher.stepper(request.replica);
    const { run, replica } = stepper;
    // Whoever comes next may have room at the next step boundary.
    dispatcher.cut(stepper, nowS);
    if (request.isRunning && (run !== undefined || replica.config.batcher.holdsBatch)) {
      stepper.abandon(request, how);
      return;
    }
    replica.drop(request);
    this.endOutside(request, how, nowS);
    dispatcher.wake(request.replica);
  }
}
