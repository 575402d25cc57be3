import type { PoolBooks } from "./metrics/poolBooks.ts";
import { isGood, type Recorder, recordEnd } from "./metrics/recorder.ts";
import type { Router } from "./ports.ts";
import type { Replica } from "./replica.ts";
import type { Request } from "./request.ts";
import type { RequestClasses } from "./requestClasses.ts";
import type { SimulationConfig } from "./simulationConfig.ts";

interface EndBooks {
  readonly recorder: Recorder;
  readonly classes: RequestClasses;
  readonly pools: PoolBooks | undefined;
  readonly leaves: Router["leaves"];
}

/** Books requests that have ended, each once, and tells whoever listens. */
export class RequestEnds {
  readonly #onRequestEnd: SimulationConfig["onRequestEnd"];
  readonly #tellsGaps: boolean;
  readonly #leaves: Router["leaves"];
  readonly #recorder: Recorder;
  readonly #classes: RequestClasses;
  readonly #replicas: readonly Replica[];
  readonly #pools: PoolBooks | undefined;

  constructor(
    { onRequestEnd, tokenGaps }: Pick<SimulationConfig, "onRequestEnd" | "tokenGaps">,
    replicas: readonly Replica[],
    books: EndBooks,
  ) {
    this.#onRequestEnd = onRequestEnd;
    this.#tellsGaps = tokenGaps === true;
    this.#leaves = books.leaves;
    this.#replicas = replicas;
    this.#recorder = books.recorder;
    this.#classes = books.classes;
    this.#pools = books.pools;
  }

  /** Only gaps of requests that complete stay in the list. */
  record(request: Request): void {
    if (request.status !== "completed") {
      for (const range of request.pastGaps ?? []) this.#recorder.itlS.addRange(range, -1);
    }
    if (request.replica !== undefined) this.#leaves?.(request.replica);
    const returnedSeqs = this.#replicas[request.replica ?? -1]?.returnedSeqs ?? 1;
    const standing = this.#classes.standingOf(request.details);
    const record = recordEnd(this.#recorder, { request, returnedSeqs }, standing);
    this.#pools?.add(record, isGood(record, standing.levels));
    this.#onRequestEnd?.(this.#tellsGaps ? { ...record, gapsS: request.pastGaps ?? [] } : record);
  }

  /** The horizon finds it in flight. */
  leaveUnfinished(request: Request): void {
    request.status = "unfinished";
    this.record(request);
  }
}
