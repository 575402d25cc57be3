import { SimulationError } from "../assert.ts";
import type { Calendar, OutageEvent } from "../calendar.ts";
import type { Handovers } from "../disaggregation/handovers.ts";
import type { Dispatcher } from "../dispatcher.ts";
import { requestsOn } from "../fleet.ts";
import type { Recorder } from "../metrics/recorder.ts";
import { WorkLedger } from "../metrics/workLedger.ts";
import type { ClientEnd, Request } from "../request.ts";
import type { SimulationConfig } from "../simulationConfig.ts";
import type { Stepper } from "../stepper.ts";
import type { Joules, ReplicaId, Seconds } from "../units.ts";
import { FailureBooks, type FailureTotals } from "./failureBooks.ts";
import { lose } from "./lostRequest.ts";
import type { Outage, Outages } from "./outages.ts";
import { UpReplicas } from "./upReplicas.ts";

interface FailureParts {
  readonly steppers: readonly Stepper[];
  readonly calendar: Calendar;
  readonly dispatcher: Dispatcher;
  readonly recorder: Recorder;
  /** False where a horizon ends the run. */
  readonly endsAlone: boolean;
  /** When the run began, once it has. */
  readonly startS: () => Seconds | undefined;
  readonly handovers: () => Handovers | undefined;
  /** A request looks for a replica again. */
  readonly send: (request: Request, nowS: Seconds) => void;
  /** A request ends here whose client is gone. */
  readonly end: (request: Request, how: ClientEnd, nowS: Seconds) => void;
}

/** Failures in a row, for each replica, that hit requests while none ended: nobody gets through. */
const vainFailures = 1000;

/** Undefined where replicas never fail. */
export function failuresOf(
  { failures, router, horizonS }: SimulationConfig,
  parts: Omit<FailureParts, "endsAlone">,
): Failures | undefined {
  if (failures === undefined) return undefined;
  const outages = parts.steppers.map(({ replica }) => failures.outagesOf(replica.id));
  const endsAlone = horizonS === undefined;
  return new Failures(outages, new UpReplicas(router), { ...parts, endsAlone });
}

/**
 * Replicas go down and come back. The step in flight is broken off, the KV cache and what was cached for
 * later prompts are lost, and whoever was there looks for another replica, and begins anew. Where none is
 * up, requests wait at the front door.
 */
export class Failures {
  readonly books: FailureBooks;
  readonly up: UpReplicas;
  readonly #outages: readonly Outages[];
  readonly #parts: FailureParts;
  /** At the front door, in the order in which they came there. */
  readonly #held = new Set<Request>();
  #isSettled = false;
  #endedBefore = 0;
  #vain = 0;

  constructor(outages: readonly Outages[], up: UpReplicas, parts: FailureParts) {
    this.#outages = outages;
    this.#parts = parts;
    this.up = up;
    this.books = new FailureBooks(parts.steppers.map(({ replica }) => replica));
    parts.recorder.work = new WorkLedger();
    for (const id of outages.keys()) this.#foretell(id);
  }

  /** Those who wait until a replica is back. */
  get held(): ReadonlySet<Request> {
    return this.#held;
  }

  hold(request: Request): void {
    this.#held.add(request);
  }

  /** The client of a request is gone; false where it doesn't wait here. */
  release(request: Request): boolean {
    return this.#held.delete(request);
  }

  apply(event: OutageEvent, nowS: Seconds): void {
    if (event.kind === "failure") this.#fail(event.replica, event.outage, nowS);
    else this.#repair(event.replica, nowS);
  }

  /** No request is left, and none will come: the run need not wait for more failures, unless its end is fixed. */
  isOver(injected: number, source: { readonly ended: boolean }): boolean {
    return this.#parts.endsAlone && source.ended && injected === this.#ended;
  }

  /** What replicas that were down drew less than what is booked so far. */
  unsettledJ(atS: Seconds): Joules {
    if (this.#isSettled) return 0;
    return this.books.savedJ({ fromS: this.#parts.startS() ?? atS, toS: atS });
  }

  /** At the end of the run. */
  settle(span: Outage): FailureTotals {
    const { recorder, dispatcher } = this.#parts;
    this.books.settle(span, recorder, (id) => dispatcher.stepper(id));
    this.#isSettled = true;
    return this.books.totals(span);
  }

  get #ended(): number {
    const { completed, rejected, timedOut, cancelled } = this.#parts.recorder.requests;
    return completed + rejected + timedOut + cancelled;
  }

  #foretell(id: ReplicaId): void {
    const next = this.#outages[id]?.next();
    if (next === undefined || next.done === true) return;
    const outage = next.value;
    this.#parts.calendar.schedule(outage.fromS, { kind: "failure", replica: id, outage });
  }

  #fail(id: ReplicaId, outage: Outage, nowS: Seconds): void {
    const { calendar, dispatcher, recorder, send, end } = this.#parts;
    const stepper = dispatcher.stepper(id);
    // Who decodes had its last token when the last whole step ended.
    stepper.replica.nowS = stepper.breakOff(nowS);
    const between = this.#parts.handovers()?.fail(id, nowS) ?? [];
    dispatcher.stepper(id);
    const requests = [...takeAll(stepper), ...between];
    this.up.change(id, false);
    this.books.fail(id, outage);
    calendar.schedule(outage.toS, { kind: "repair", replica: id });
    for (const request of requests) {
      const how = stepper.abandonedBy(request);
      if (how !== undefined) {
        end(request, how, nowS);
        continue;
      }
      const lostJ: Joules = lose(request, { recorder, dispatcher, stepper });
      this.books.lose(id, { begun: request.scheduledS !== undefined, lostJ });
    }
    for (const request of requests) {
      if (request.status === "inFlight") send(request, nowS);
    }
    if (requests.length > 0) this.#assertHope(nowS);
  }

  #repair(id: ReplicaId, nowS: Seconds): void {
    this.up.change(id, true);
    this.#parts.handovers()?.repair(id);
    const waiting = [...this.#held];
    this.#held.clear();
    for (const request of waiting) this.#parts.send(request, nowS);
    this.#foretell(id);
  }

  #assertHope(nowS: Seconds): void {
    const ended = this.#ended;
    this.#vain = ended === this.#endedBefore ? this.#vain + 1 : 0;
    this.#endedBefore = ended;
    const most = vainFailures * this.#outages.length;
    if (this.#vain < most) return;
    throw new SimulationError(
      `replicas fail too often: no request ended in ${most} failures, at ${nowS.toFixed(3)} s`,
    );
  }
}

/** Everybody leaves: who runs in the order of admission, who is swapped out, who waits in the queue's. */
function takeAll({ replica }: Stepper): Request[] {
  // The blocks of chunks in flight are taken.
  for (const { request, tokens } of replica.chunks) request.kvTokens += tokens;
  replica.chunks.length = 0;
  const requests = [...requestsOn([replica])];
  for (const request of requests) {
    replica.drop(request);
    // Finished slots of a static batch have run on.
    request.emittedTokens = Math.min(request.emittedTokens, request.outputTokens);
  }
  replica.memory.clear();
  return requests;
}
