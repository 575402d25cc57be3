import { assert } from "./assert.ts";
import type { Standing } from "./metrics/recorder.ts";
import type { RequestDetails } from "./ports.ts";
import type { ClientEnd } from "./request.ts";
import type { RequestClass, SimulationConfig } from "./simulationConfig.ts";
import type { Seconds } from "./units.ts";

type Classed = Pick<RequestDetails, "classId">;

interface Patience {
  readonly afterS: Seconds;
  readonly how: ClientEnd;
}

/** What requests are held to by their class, else by the run. */
export class RequestClasses {
  readonly #classes: readonly RequestClass[];
  readonly #run: Pick<SimulationConfig, "serviceLevels" | "timeoutS" | "clientsCancel">;
  readonly #standings: readonly Standing[];
  readonly #standingOfRun: Standing;

  constructor({ classes = [], ...run }: SimulationConfig) {
    this.#classes = classes;
    this.#run = run;
    this.#standingOfRun = { levels: run.serviceLevels, className: undefined };
    this.#standings = classes.map(({ name, serviceLevels = run.serviceLevels }) => ({
      levels: serviceLevels,
      className: name,
    }));
  }

  get names(): string[] {
    return this.#classes.map(({ name }) => name);
  }

  /** Whether no client ever gives up. */
  get waitForEver(): boolean {
    const timeouts = [this.#run, ...this.#classes].map(({ timeoutS }) => timeoutS);
    return !this.#run.clientsCancel && timeouts.every((timeoutS) => timeoutS === undefined);
  }

  priorityOf(request: Classed): number {
    return this.#classOf(request)?.priority ?? 0;
  }

  /** From arrival until the client is gone, and why; undefined: it waits for ever. */
  patience(request: RequestDetails): Patience | undefined {
    const timeoutS = this.#classOf(request)?.timeoutS ?? this.#run.timeoutS;
    const { cancelAfterS } = request;
    if (cancelAfterS !== undefined && cancelAfterS < (timeoutS ?? Number.POSITIVE_INFINITY)) {
      return { afterS: cancelAfterS, how: "cancelled" };
    }
    return timeoutS === undefined ? undefined : { afterS: timeoutS, how: "timedOut" };
  }

  standingOf(request: Classed): Standing {
    return this.#standings[request.classId ?? -1] ?? this.#standingOfRun;
  }

  #classOf({ classId }: Classed): RequestClass | undefined {
    if (classId === undefined) return undefined;
    const own = this.#classes[classId];
    assert(own !== undefined, `request class ${classId} of ${this.#classes.length}`);
    return own;
  }
}
