import type { RequestSpec } from "../../../sim/ports.ts";
import type { ReplicaConfig } from "../../../sim/replicaConfig.ts";
import { specsOf } from "../../support/smallPrompts.ts";
import { batchWaitS, type SmallWorld } from "../../support/smallWorlds.ts";
import { NaiveCosts } from "./naiveCosts.ts";
import { NaiveMemory } from "./naiveMemory.ts";
import {
  isDone,
  type NaiveBooks,
  type NaiveContext,
  type NaiveReplica,
  type NaiveRequest,
  newBooks,
  newNaiveRequest,
  newReplica,
  type Step,
  targetOf,
} from "./naiveRequest.ts";
import { NaiveSchedulers } from "./naiveSchedulers.ts";

/**
 * The engine's twin without any of its art: one step at a time, one request and one token at a time.
 * It knows neither prefix caching nor requests of several sequences.
 */
export function naiveTwin(world: SmallWorld, config: ReplicaConfig): NaiveBooks {
  const twin = new NaiveTwin({ world, config, books: newBooks() });
  return twin.run();
}

class NaiveTwin {
  readonly #context: NaiveContext;
  readonly #memory: NaiveMemory;
  readonly #schedulers: NaiveSchedulers;
  readonly #costs: NaiveCosts;
  readonly #arrivals: RequestSpec[];
  readonly #replicas: NaiveReplica[];
  #routed = 0;

  constructor(context: NaiveContext) {
    const { world, config } = context;
    this.#context = context;
    this.#memory = new NaiveMemory(context);
    this.#schedulers = new NaiveSchedulers(context, this.#memory);
    this.#costs = new NaiveCosts(context);
    this.#arrivals = specsOf(world);
    this.#replicas = Array.from({ length: world.replicas }, (_, id) => newReplica(id, config));
  }

  run(): NaiveBooks {
    const horizonS = this.#context.world.horizonS ?? Number.POSITIVE_INFINITY;
    let nowS = this.#nextS(0);
    while (nowS <= horizonS && Number.isFinite(nowS)) {
      this.#instant(nowS, nowS === horizonS);
      nowS = this.#nextS(nowS);
    }
    if (Number.isFinite(horizonS)) this.#stop(horizonS);
    return this.#context.books;
  }

  #instant(nowS: number, isLast: boolean): void {
    for (const replica of this.#replicas) {
      if (replica.step?.endS === nowS) this.#end(replica, replica.step);
    }
    while (this.#isDue(nowS)) this.#arrive(nowS);
    for (const request of this.#impatient()) {
      if (request.patientUntilS === nowS) this.#giveUp(request, nowS);
    }
    if (isLast) return;
    for (const replica of this.#replicas) if (replica.step === undefined) this.#form(replica, nowS);
  }

  #isDue(nowS: number): boolean {
    const [next] = this.#arrivals;
    return next !== undefined && next.arrivalS + this.#context.world.frontEndS <= nowS;
  }

  #impatient(): NaiveRequest[] {
    return this.#replicas
      .flatMap(({ waiting, swapped, running }) => [...waiting, ...swapped, ...running])
      .filter(({ abandoned }) => !abandoned);
  }

  /** The next instant at which something ends, arrives, is given up or has waited long enough. */
  #nextS(nowS: number): number {
    const { world } = this.#context;
    const times = this.#impatient().map(({ patientUntilS }) => patientUntilS);
    const [arrival] = this.#arrivals;
    if (arrival !== undefined) times.push(arrival.arrivalS + world.frontEndS);
    const waitS = world.scheduler === "static" ? batchWaitS(world) : undefined;
    for (const { step, waiting } of this.#replicas) {
      const [head] = waiting;
      if (step !== undefined) times.push(step.endS);
      else if (head !== undefined && waitS !== undefined) times.push(head.enqueuedS + waitS);
    }
    return Math.min(...times.filter((timeS) => timeS > nowS || nowS === 0));
  }

  #newRequest(nowS: number): NaiveRequest {
    const spec = this.#arrivals.shift();
    if (spec === undefined) throw new Error("nobody arrives");
    const request = newNaiveRequest(this.#context, spec, nowS);
    this.#context.books.requests.push(request);
    return request;
  }

  #arrive(nowS: number): void {
    const { world } = this.#context;
    const request = this.#newRequest(nowS);
    if (request.outputTokens === 0) {
      request.status = "rejected";
      return;
    }
    const load = ({ running, waiting, swapped }: NaiveReplica) =>
      running.length + waiting.length + swapped.length;
    const [least] = [...this.#replicas].sort((a, b) => load(a) - load(b) || a.id - b.id);
    const turn = this.#replicas[this.#routed++ % this.#replicas.length];
    const chosen = world.leastLoaded ? least : turn;
    if (chosen === undefined) throw new Error("a world without replicas");
    request.replica = chosen.id;
    chosen.waiting.push(request);
    this.#memory.sortQueue(chosen);
  }

  /** Whoever is in a step stays to its end, whoever is in a static batch to the end of that. */
  #giveUp(request: NaiveRequest, nowS: number): void {
    const replica = this.#replicas[request.replica ?? -1];
    if (replica === undefined) throw new Error("a request at no replica");
    const isBusy = replica.step !== undefined || this.#context.world.scheduler === "static";
    request.abandoned = true;
    if (!replica.running.includes(request) || !isBusy) this.#leave(replica, request, nowS);
  }

  #leave(replica: NaiveReplica, request: NaiveRequest, nowS: number): void {
    const others = (list: NaiveRequest[]) => list.filter((other) => other !== request);
    replica.running = others(replica.running);
    replica.waiting = others(replica.waiting);
    replica.swapped = others(replica.swapped);
    request.status = request.abandoned ? request.ifGone : "completed";
    request.endS = nowS;
  }

  #form(replica: NaiveReplica, nowS: number): void {
    replica.movedTokens = 0;
    const chunks = this.#schedulers.form(replica, nowS, this.#arrivals.length === 0);
    for (const { request } of chunks) request.scheduledS ??= nowS;
    this.#turnAway(replica);
    if (chunks.length === 0) return;
    replica.step = this.#costs.priced(replica, chunks, nowS);
  }

  /** The newest of those who never ran, one by one, while more wait than may. */
  #turnAway({ waiting }: NaiveReplica): void {
    const { maxWaiting = Number.POSITIVE_INFINITY } = this.#context.world;
    while (waiting.length > maxWaiting) {
      const fresh = waiting.filter(({ scheduledS }) => scheduledS === undefined);
      const newest = fresh.sort((a, b) => a.id - b.id).pop();
      if (newest === undefined) return;
      newest.status = "rejected";
      waiting.splice(waiting.indexOf(newest), 1);
    }
  }

  #end(replica: NaiveReplica, step: Step): void {
    const { books, world } = this.#context;
    const accepted = new Map(step.decodes.map((request) => [request, accept(replica, request)]));
    this.#costs.share(step, 1, accepted);
    replica.step = undefined;
    books.steps++;
    books.peakBlocks = Math.max(books.peakBlocks, this.#memory.usedBlocks(replica));
    for (const { request, tokens } of step.prefills) this.#credit(request, tokens, step.endS);
    for (const request of step.decodes) {
      this.#credit(request, 1 + (accepted.get(request) ?? 0), step.endS);
    }
    const leaveTogether = world.scheduler === "static";
    if (leaveTogether && !replica.running.every(isDone)) return;
    for (const request of replica.running) {
      if (isDone(request) || request.abandoned) this.#leave(replica, request, step.endS);
    }
  }

  /** Its tokens are cached, and it emits as many as it decoded, or its prompt's one. */
  #credit(request: NaiveRequest, tokens: number, nowS: number): void {
    for (let i = 0; i < tokens; i++) {
      const place = request.kvTokens++ - request.paddingTokens;
      const isNew = request.kvTokens > request.computedTokens;
      if (isNew && place >= 0 && place < request.promptTokens) {
        this.#context.books.computedPrompt++;
      }
      request.computedTokens = Math.max(request.computedTokens, request.kvTokens);
      if (request.decoding && !isDone(request)) request.tokenS.push(nowS);
    }
    if (request.decoding || request.kvTokens < targetOf(request)) return;
    request.decoding = true;
    request.tokenS.push(nowS);
  }

  #stop(horizonS: number): void {
    for (const { step } of this.#replicas) {
      if (step !== undefined) {
        this.#costs.share(step, (horizonS - step.startS) / step.whole.durationS);
      }
    }
    while ((this.#arrivals[0]?.arrivalS ?? Number.POSITIVE_INFINITY) < horizonS) {
      this.#newRequest(horizonS);
    }
  }
}

/** How many of its drafts are right: no more than it has tokens left to emit. */
function accept({ emitted }: NaiveReplica, request: NaiveRequest): number {
  const left = request.outputTokens - request.tokenS.length - 1;
  return Math.min(Math.max(0, left), emitted(request.verifications++) - 1);
}
