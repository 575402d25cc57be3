import { assert, broken } from "./assert.ts";
import type { Handovers } from "./disaggregation/handovers.ts";
import type { DoorRouter } from "./failures/upReplicas.ts";
import { type Overload, OverloadWatch } from "./metrics/overload.ts";
import type { Recorder } from "./metrics/recorder.ts";
import type { RequestSpec, RoutedRequest } from "./ports.ts";
import type { Replica } from "./replica.ts";
import { newRequest, type Request } from "./request.ts";
import type { RequestClasses } from "./requestClasses.ts";
import type { SimulationConfig } from "./simulationConfig.ts";
import type { Seconds, Tokens } from "./units.ts";

/** Requests that were rejected as too long. */
export interface TooLong {
  readonly count: number;
  readonly shortestTokens: Tokens;
  /** The longest prompt that would not have been. */
  readonly roomTokens: Tokens;
}

interface DoorParts {
  readonly classes: RequestClasses;
  readonly recorder: Recorder;
  readonly router: DoorRouter;
  /** Undefined where nobody is handed over. */
  readonly handovers: () => Pick<Handovers, "waitingSeqs"> | undefined;
}

/** Where requests come in: they get a number, a length that has room, and a replica, or are too long. */
export class FrontDoor {
  #injected = 0;
  #cutOutputs = 0;
  #tooLong = 0;
  #shortestTooLong: Tokens = Number.POSITIVE_INFINITY;
  readonly #config: SimulationConfig;
  readonly #router: DoorRouter;
  readonly #replicas: readonly Replica[];
  /** Those that prefill: their ids are their places. */
  readonly #takers: readonly Replica[];
  readonly #classes: RequestClasses;
  readonly #recorder: Recorder;
  readonly #maxModelLen: Tokens;
  readonly #handovers: DoorParts["handovers"];
  /** Users who wait for their answers never ask faster than they are served. */
  readonly #overload: OverloadWatch | undefined;

  constructor(
    config: SimulationConfig,
    replicas: readonly Replica[],
    { classes, recorder, router, handovers }: DoorParts,
  ) {
    this.#config = config;
    this.#overload = config.usersWait === true ? undefined : new OverloadWatch();
    this.#handovers = handovers;
    this.#router = router;
    this.#replicas = replicas;
    this.#takers = replicas.filter(({ config: { takesOver } }) => takesOver === undefined);
    this.#classes = classes;
    this.#recorder = recorder;
    this.#maxModelLen = Math.min(...config.replicas.map(({ maxModelLen }) => maxModelLen));
  }

  get injected(): number {
    return this.#injected;
  }

  /** Requests that came, those whose output was cut at the model's length, and those too long for it. */
  get counts() {
    const tooLong = this.#tooLong === 0 ? undefined : this.#longest();
    return { injected: this.#injected, cutOutputs: this.#cutOutputs, tooLong };
  }

  /** A request whose prompt leaves no room for a token gets 0 output tokens. */
  inject(spec: RequestSpec, nowS: Seconds): Request {
    assert(spec.promptTokens > 0 && spec.outputTokens > 0, "a request without tokens");
    const room = Math.max(0, this.#maxModelLen - spec.promptTokens);
    return newRequest(spec, {
      id: this.#injected++,
      outputTokens: Math.min(spec.outputTokens, room),
      priority: this.#classes.priorityOf(spec),
      enqueuedS: nowS,
    });
  }

  /** The replica that takes the request, or why it is rejected; undefined where none is up. */
  route(request: Request, spec: RequestSpec): Replica | string | undefined {
    if (request.outputTokens === 0) {
      this.#tooLong++;
      this.#shortestTooLong = Math.min(this.#shortestTooLong, request.promptTokens);
      return `only prompts of more than ${this.#maxModelLen - 1} tokens come, and are rejected`;
    }
    const replica = this.choose(request, request);
    if (request.outputTokens < spec.outputTokens) this.#cutOutputs++;
    const watch = this.#overload;
    if (watch?.isDue(this.#injected)) this.#lookForOverload(watch, request.enqueuedS);
    return replica;
  }

  /** The replica that takes it; undefined where none is up. The router sees it as `view`. */
  choose(request: Request, view: RoutedRequest): Replica | undefined {
    const id = this.#router(view, this.#takers);
    if (id === undefined) return undefined;
    const replica = this.#takers[id];
    if (replica === undefined) {
      broken(`the router chose replica ${id} of ${this.#takers.length}`);
    }
    request.replica = id;
    this.#recorder.mostWaiting = Math.max(this.#recorder.mostWaiting, replica.waitingSeqs + 1);
    return replica;
  }

  /** Prompts that left no room for a token. */
  #longest(): TooLong {
    return {
      count: this.#tooLong,
      shortestTokens: this.#shortestTooLong,
      roomTokens: this.#maxModelLen - 1,
    };
  }

  /** The run is over, and tells what could not be known on the way. */
  lookBack(endS: Seconds): void {
    const { completed } = this.#recorder.requests;
    if (this.#recorder.overload !== undefined) return;
    this.#tellOf(this.#overload?.lookBack({ nowS: endS, completed }));
  }

  #lookForOverload(watch: OverloadWatch, nowS: Seconds): void {
    const { completed, rejected, timedOut, cancelled } = this.#recorder.requests;
    const endedRequests = completed + rejected + timedOut + cancelled;
    const between = this.#handovers()?.waitingSeqs ?? 0;
    const waiting = this.#replicas.reduce((sum, { waitingSeqs }) => sum + waitingSeqs, between);
    this.#tellOf(watch.look({ nowS, injected: this.#injected, completed, endedRequests, waiting }));
  }

  #tellOf(overload: Overload | undefined): void {
    if (overload === undefined) return;
    if (this.#recorder.overload === undefined) this.#config.onOverload?.(overload);
    this.#recorder.overload = overload;
  }
}
