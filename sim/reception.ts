import type { Arrival } from "./arrivals.ts";
import { SimulationError } from "./assert.ts";
import type { Calendar } from "./calendar.ts";
import type { Departures } from "./departures.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Failures } from "./failures/failures.ts";
import type { FrontDoor } from "./frontDoor.ts";
import type { Replica } from "./replica.ts";
import type { Request } from "./request.ts";
import type { RequestClasses } from "./requestClasses.ts";
import type { Seconds } from "./units.ts";
import type { Watchdog } from "./watchdog.ts";

interface ReceptionParts {
  readonly door: FrontDoor;
  readonly classes: RequestClasses;
  readonly calendar: Calendar;
  readonly dispatcher: Dispatcher;
  readonly departures: Departures;
  readonly watchdog: Watchdog;
  readonly failures: Failures | undefined;
}

/** From the front door into the queue of a replica. */
export class Reception {
  readonly #parts: ReceptionParts;
  readonly #dispatcher: Dispatcher;

  constructor(parts: ReceptionParts) {
    this.#parts = parts;
    this.#dispatcher = parts.dispatcher;
  }

  arrive({ spec, fromSource }: Arrival, nowS: Seconds): void {
    const { door, departures, watchdog } = this.#parts;
    const request = door.inject(spec, nowS);
    const taker = door.route(request, spec);
    if (typeof taker !== "string") {
      this.#awaitPatience(request, nowS);
      this.#enqueue(request, taker, nowS);
      return;
    }
    departures.endOutside(request, "rejected", nowS);
    if (!fromSource && watchdog.seesVainRequests()) {
      throw new SimulationError(`${taker}, at ${nowS.toFixed(3)} s`);
    }
  }

  /** Once more, as its replica is down, or as it waited for one. */
  send(request: Request, nowS: Seconds): void {
    const view = { ...request, enqueuedS: nowS };
    this.#enqueue(request, this.#parts.door.choose(request, view), nowS);
  }

  #awaitPatience(request: Request, nowS: Seconds): void {
    const patience = this.#parts.classes.patience(request.details);
    if (patience === undefined) return;
    const atS = Math.max(nowS, request.arrivalS + patience.afterS);
    this.#parts.calendar.schedule(atS, { kind: "giveUp", request, how: patience.how });
  }

  /** Where no replica is up, it waits until one is. */
  #enqueue(request: Request, replica: Replica | undefined, nowS: Seconds): void {
    if (replica === undefined) {
      this.#parts.failures?.hold(request);
      return;
    }
    const stepper = this.#dispatcher.stepper(replica.id);
    replica.waiting.append(request);
    if (stepper.run === undefined) {
      this.#dispatcher.wake(replica.id);
    } else if (wantsBoundary(request, replica)) {
      this.#dispatcher.cut(stepper, nowS);
    }
  }
}

/** It could be admitted between two steps, or is one too many, which is seen then. */
function wantsBoundary(request: Request, replica: Replica): boolean {
  const { batcher, maxWaiting } = replica.config;
  if (maxWaiting !== undefined && replica.waitingSeqs > maxWaiting) return true;
  return replica.firstWaiting === request && batcher.admitsMidRun(replica);
}
