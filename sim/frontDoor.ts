import { assert } from "./assert.ts";
import type { RequestSpec } from "./ports.ts";
import type { Replica } from "./replica.ts";
import { newRequest, type Request } from "./request.ts";
import type { RequestClasses } from "./requestClasses.ts";
import type { SimulationConfig } from "./simulationConfig.ts";
import type { Seconds, Tokens } from "./units.ts";

/** Where requests come in: they get a number, a length that has room, and a replica or a refusal. */
export class FrontDoor {
  #injected = 0;
  #cutOutputs = 0;
  readonly #config: SimulationConfig;
  readonly #replicas: readonly Replica[];
  readonly #classes: RequestClasses;
  readonly #maxModelLen: Tokens;

  constructor(config: SimulationConfig, replicas: readonly Replica[], classes: RequestClasses) {
    this.#config = config;
    this.#replicas = replicas;
    this.#classes = classes;
    this.#maxModelLen = Math.min(...config.replicas.map(({ maxModelLen }) => maxModelLen));
  }

  get injected(): number {
    return this.#injected;
  }

  /** Requests taken whose output was cut at the model's length. */
  get cutOutputs(): number {
    return this.#cutOutputs;
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

  /** The replica that takes the request, or why it is rejected. */
  route(request: Request, spec: RequestSpec): Replica | string {
    if (request.outputTokens === 0) {
      return `only prompts of more than ${this.#maxModelLen - 1} tokens come, and are rejected`;
    }
    const id = this.#config.router(request, this.#replicas);
    const replica = this.#replicas[id];
    assert(replica !== undefined, `the router chose replica ${id} of ${this.#replicas.length}`);
    request.replica = id;
    const { maxWaiting = Number.POSITIVE_INFINITY } = replica.config;
    if (replica.waitingSeqs >= maxWaiting) {
      return `${maxWaiting} requests wait already, and all others are rejected`;
    }
    if (request.outputTokens < spec.outputTokens) this.#cutOutputs++;
    return replica;
  }
}
