import { assert, broken } from "../assert.ts";
import type { Calendar, LinkEvent } from "../calendar.ts";
import type { Dispatcher } from "../dispatcher.ts";
import type { Recorder } from "../metrics/recorder.ts";
import type { Router } from "../ports.ts";
import type { Request } from "../request.ts";
import type { SimulationConfig } from "../simulationConfig.ts";
import type { Stepper } from "../stepper.ts";
import type { ReplicaId, Seconds } from "../units.ts";
import { DecodeSide } from "./decodeSide.ts";
import type { Handover, HandoverConfig, TransferRecord } from "./handover.ts";
import { Link } from "./link.ts";
import { TransferBooks } from "./transferBooks.ts";

interface HandoverParts {
  readonly steppers: readonly Stepper[];
  readonly calendar: Calendar;
  readonly dispatcher: Dispatcher;
  readonly recorder: Recorder;
  /** Told which replica has lost a request. */
  readonly leaves?: Router["leaves"];
  readonly onTransfer?: ((transfer: TransferRecord) => void) | undefined;
}

/** Undefined where each replica decodes what it prefills. */
export function handoversOf(
  { handover, onTransfer }: Pick<SimulationConfig, "handover" | "onTransfer">,
  { clientsWaitForEver, ...parts }: HandoverParts & { readonly clientsWaitForEver: boolean },
): Handovers | undefined {
  if (handover === undefined) return undefined;
  assert(clientsWaitForEver, "a client that gives up on a request between two replicas");
  return new Handovers(handover, { ...parts, onTransfer });
}

/**
 * Prefill, transfer, decode: a prompt whose first token is out keeps its blocks until its KV cache has
 * come to the replica that decodes, and that begins when there is room for it. So a full decode pool
 * holds up the prefill pool.
 */
export class Handovers {
  readonly books: TransferBooks;
  readonly #config: HandoverConfig;
  readonly #parts: HandoverParts;
  readonly #links: readonly Link<Handover>[];
  readonly #decodeSides = new Map<ReplicaId, DecodeSide>();
  /** Decode replicas to look at before the next steps begin. */
  readonly #touched = new Set<ReplicaId>();
  #size = 0;

  constructor(config: HandoverConfig, parts: HandoverParts) {
    this.#config = config;
    this.#parts = parts;
    this.books = new TransferBooks(config, parts.recorder);
    const { steppers } = parts;
    for (const stepper of steppers) {
      if (stepper.replica.config.takesOver === undefined) continue;
      this.#decodeSides.set(stepper.replica.id, new DecodeSide(stepper));
    }
    assert(this.#decodeSides.size > 0, "nobody decodes");
    const links = config.ownLinks ? steppers.length - this.#decodeSides.size : 1;
    this.#links = Array.from({ length: links }, () => new Link(config.bandwidthBytesPerS));
    for (const { fromS, toS, bandwidthRatio } of config.degraded ?? []) {
      parts.calendar.schedule(fromS, { kind: "linkChange", bandwidthRatio });
      parts.calendar.schedule(toS, { kind: "linkChange", bandwidthRatio: 1 });
    }
  }

  /** Requests between their first token and their first decode step. */
  get size(): number {
    return this.#size;
  }

  /** Of those, who waits for room or a slot where it is to be decoded. */
  get waitingSeqs(): number {
    let seqs = 0;
    for (const side of this.#decodeSides.values()) seqs += side.queuedSeqs;
    return seqs;
  }

  /** A prompt is whole in the cache and leaves its batch; it keeps its blocks. */
  offer(request: Request, from: Stepper, nowS: Seconds): void {
    request.isRunning = false;
    from.replica.running.remove(request);
    this.#parts.leaves?.(from.replica.id);
    this.#size++;
    this.#offerTo({ request, from, to: -1, offeredS: nowS, startedS: nowS });
  }

  /**
   * A replica is down. What it had computed and not yet sent is lost, and what it had received; what
   * was on its way there, or waited for room there, goes to another. Tells whose KV caches are lost.
   */
  fail(id: ReplicaId, nowS: Seconds): Request[] {
    const side = this.#decodeSides.get(id);
    if (side !== undefined) side.isDown = true;
    const lost: Request[] = side?.loseArrived() ?? [];
    const ofReplica = ({ from, to }: Handover) => from.replica.id === id || to === id;
    const broken = [
      ...[...this.#links.keys()].flatMap((linkId) => this.#breakOff(linkId, ofReplica, nowS)),
      ...[...this.#decodeSides.values()].flatMap((other) => other.withdraw(ofReplica)),
    ];
    for (const handover of broken) {
      const { request, from } = handover;
      if (from.replica.id === id) {
        from.replica.memory.release(request, "ended");
        lost.push(request);
      } else {
        this.#offerTo(handover);
      }
    }
    this.#size -= lost.length;
    return lost;
  }

  /** It is back, and takes who waits for others that aren't. */
  repair(id: ReplicaId): void {
    const side = this.#decodeSides.get(id);
    if (side === undefined) return;
    side.isDown = false;
    for (const other of this.#decodeSides.values()) {
      if (!other.isDown) continue;
      for (const handover of other.withdraw(() => true)) this.#offerTo(handover);
    }
    this.touch(id);
  }

  #offerTo(handover: Handover): void {
    const side = this.#leastLoaded();
    handover.to = side.id;
    side.enqueue(handover);
    this.touch(side.id);
  }

  /** Transfers end before they are done: what was moved was moved, and the room for the rest is free. */
  #breakOff(linkId: number, isMeant: (handover: Handover) => boolean, nowS: Seconds): Handover[] {
    const link = this.#links[linkId] ?? broken(`link ${linkId} of ${this.#links.length}`);
    const aborted = link.abort(nowS, isMeant);
    if (aborted.length === 0) return [];
    this.#foretell(linkId);
    this.#parts.dispatcher.nobody();
    return aborted.map(({ cargo, leftBytes }) => {
      this.books.addPart(cargo, leftBytes, nowS);
      this.#sideOf(cargo.to).release(cargo.request);
      this.touch(cargo.to);
      // Whoever was preempted there may have waited for that room.
      this.#parts.dispatcher.wake(cargo.to);
      return cargo;
    });
  }

  /** A replica ended its run: there may be room on it. */
  touch(id: ReplicaId): void {
    if (this.#decodeSides.has(id)) this.#touched.add(id);
  }

  /** Whoever came joins the batch, and transfers begin, on replicas that are between two steps. */
  begin(nowS: Seconds): void {
    if (this.#touched.size === 0) return;
    const { dispatcher } = this.#parts;
    for (const id of [...this.#touched].sort((a, b) => a - b)) {
      const side = this.#sideOf(id);
      this.#touched.delete(id);
      if (side.stepper.run !== undefined) {
        // It comes by again when that run ends.
        if (side.wantsBoundary) dispatcher.cut(side.stepper, nowS);
        continue;
      }
      dispatcher.stepper(id);
      const joined = side.join(nowS);
      this.#size -= joined;
      if (joined > 0) dispatcher.wake(id);
      for (let next = side.reserve(); next !== undefined; next = side.reserve()) {
        this.#start(next, nowS);
      }
    }
  }

  apply(event: LinkEvent, nowS: Seconds): void {
    if (event.kind === "transferEnd") this.#end(event.linkId, event.plan, nowS);
    else this.#changeLinks(event.bandwidthRatio, nowS);
  }

  #changeLinks(bandwidthRatio: number, nowS: Seconds): void {
    for (const [linkId, link] of this.#links.entries()) {
      link.change(bandwidthRatio * this.#config.bandwidthBytesPerS, nowS);
      this.#foretell(linkId);
    }
  }

  /** A transfer has ended, unless what is under way has changed since that was foretold. */
  #end(linkId: number, plan: number, nowS: Seconds): void {
    const link = this.#links[linkId] ?? broken(`link ${linkId} of ${this.#links.length}`);
    if (link.plan !== plan) return;
    const handover = link.finish(nowS) ?? broken(`nothing was under way on link ${linkId}`);
    this.#foretell(linkId);
    const { request, from, to } = handover;
    const { dispatcher, onTransfer } = this.#parts;
    dispatcher.stepper(from.replica.id);
    from.replica.memory.release(request, "ended");
    dispatcher.wake(from.replica.id);
    dispatcher.nobody();
    const bytes = this.books.add(handover, nowS);
    const { offeredS, startedS } = handover;
    request.replica = to;
    request.transfer = { from: from.replica.id, startedS, endedS: nowS };
    this.#sideOf(to).arrive(request);
    this.#touched.add(to);
    const ends = { from: from.replica.id, to };
    onTransfer?.({ id: request.id, ...ends, offeredS, startedS, endedS: nowS, bytes });
  }

  /** The horizon finds them between two replicas. */
  *stop(nowS: Seconds): Generator<Request> {
    this.#parts.dispatcher.nobody();
    for (const link of this.#links) {
      for (const { cargo, leftBytes } of link.abort(nowS, () => true)) {
        this.books.addPart(cargo, leftBytes, nowS);
        yield cargo.request;
      }
    }
    for (const side of this.#decodeSides.values()) yield* side.requests();
  }

  #start(handover: Handover, nowS: Seconds): void {
    handover.startedS = nowS;
    const linkId = this.#config.ownLinks ? handover.from.replica.id : 0;
    const link = this.#links[linkId] ?? broken(`link ${linkId} of ${this.#links.length}`);
    link.add(handover, this.books.bytesOf(handover), nowS);
    this.#foretell(linkId);
  }

  #foretell(linkId: number): void {
    const link = this.#links[linkId];
    const endS = link?.nextEndS();
    if (link === undefined || endS === undefined) return;
    this.#parts.calendar.schedule(endS, { kind: "transferEnd", linkId, plan: link.plan });
  }

  #sideOf(id: ReplicaId): DecodeSide {
    return this.#decodeSides.get(id) ?? broken(`replica ${id} does not decode`);
  }

  #leastLoaded(): DecodeSide {
    let least: DecodeSide | undefined;
    for (const side of this.#decodeSides.values()) {
      if (least === undefined || comesBefore(side, least)) least = side;
    }
    return least ?? broken("nobody decodes");
  }
}

/** Who is up before who is down, then the less loaded. */
function comesBefore(a: DecodeSide, b: DecodeSide): boolean {
  return a.isDown === b.isDown ? a.loadSeqs < b.loadSeqs : b.isDown;
}
