import type { RequestRecord } from "../../sim/request.ts";
import { Simulation } from "../../sim/simulation.ts";
import type { Result } from "../report/result.ts";
import { endedResult } from "../run.ts";
import { type Composition, compose } from "../scenario/compose.ts";
import type { LoadedScenario } from "../scenario/load.ts";
import { BatchBook } from "./batchBook.ts";
import { HistoryBook, type Moment } from "./history.ts";
import type { Knob } from "./knobs.ts";
import type { Playable } from "./player.ts";
import type { RunView } from "./protocol.ts";
import { Steering, spareReplicas } from "./steering.ts";
import { TallyBook } from "./tally.ts";
import { TypicalBook } from "./typical.ts";

/** A run that is advanced piece by piece, and what is kept of it to be shown. */
export class LiveRun implements Playable<RunView> {
  readonly #composed: Composition;
  readonly #simulation: Simulation;
  readonly #standbyW: number;
  readonly #history: HistoryBook;
  readonly #ttftS = new TallyBook();
  readonly #tpotS = new TallyBook();
  readonly #e2eS = new TallyBook();
  readonly #typical = new TypicalBook();
  /** Steps of ranks that meet are priced together: nobody's alone. */
  readonly #hasLockstep: boolean;
  readonly #batch = new BatchBook();
  /** Undefined where nobody steers. */
  readonly #steering: Steering | undefined;
  #ended = false;

  /** `binS` of the history: the run is expected to fill some hundred of them. */
  constructor(loaded: LoadedScenario, binS: number, isSteered = false) {
    const steering = isSteered ? { spareReplicas: spareReplicas(loaded) } : undefined;
    this.#composed = compose({ ...loaded, steering });
    const { simulation: config, changer } = this.#composed;
    this.#steering =
      isSteered && changer ? new Steering(loaded, changer, this.#composed) : undefined;
    this.#hasLockstep = config.lockstep !== undefined;
    this.#standbyW = config.standby?.idleW ?? 0;
    this.#simulation = new Simulation({
      ...config,
      onRequestEnd: (request) => this.#tally(request),
    });
    const startS = config.horizonS === undefined ? this.#simulation.nextEventS : 0;
    const empty = { energyJ: 0, outputTokens: 0, waiting: 0, running: 0 };
    this.#history = new HistoryBook({ ...empty, nowS: Number.isFinite(startS) ? startS : 0 }, binS);
  }

  get ended(): boolean {
    return this.#ended;
  }

  get nowS(): number {
    return this.#simulation.nowS;
  }

  get startS(): number {
    return this.#history.startS;
  }

  /** Up to where it was advanced, whether or not anything happened there. */
  get reachedS(): number {
    return this.#simulation.viewS;
  }

  /** Infinity where nothing is left to happen. */
  get nextEventS(): number {
    return this.#simulation.nextEventS;
  }

  /** Towards `untilS`, by `instants` instants at most; true when it is reached. */
  advance(untilS: number, instants: number): boolean {
    if (this.#ended) return true;
    const { edgeS } = this.#history;
    const stopS = Math.min(untilS, edgeS);
    this.#ended = !this.#simulation.advance(stopS, instants);
    const isThere = this.#simulation.nextEventS > stopS;
    if (this.#ended || (stopS === edgeS && isThere)) this.#history.close(this.#moment());
    return this.#ended || (stopS === untilS && isThere);
  }

  /** The next instant in which something happens. */
  event(): void {
    while (!this.#ended && this.#simulation.nextEventS > this.#history.edgeS) {
      this.advance(this.#history.edgeS, 1);
    }
    this.advance(Number.POSITIVE_INFINITY, 1);
  }

  /** Tells what was changed, from now on, or why nothing was. */
  turn(knob: Knob): string {
    if (this.#steering === undefined) return "nothing can be changed here";
    if (this.#ended) return "no change: the run has ended; , goes back to its start";
    return this.#steering.turn(knob, this.#simulation.viewS, (change) =>
      this.#simulation.change(change),
    );
  }

  /** The next one; with the requests of one replica, where one is looked at. */
  view(lookedAt?: number): RunView {
    const typical = this.#typical.request;
    const looked = { replica: lookedAt, typical: this.#hasLockstep ? undefined : typical };
    const { batch, ...snapshot } = this.#simulation.snapshot(looked);
    return {
      snapshot,
      typical,
      batch: batch && this.#batch.view(batch),
      idleJ: snapshot.idleJ + this.#standbyJ(snapshot.nowS),
      history: this.#history.view(),
      ttftS: this.#ttftS.view(),
      tpotS: this.#tpotS.view(),
      e2eS: this.#e2eS.view(),
      steered: this.#steering?.steered(snapshot.nowS),
      digest: this.#ended ? this.#simulation.totals().digest : undefined,
    };
  }

  /** Of a run that has ended, as `run` tells it. */
  result(): Result {
    return endedResult(this.#composed, this.#simulation.totals());
  }

  #standbyJ(nowS: number): number {
    return this.#standbyW * Math.max(0, nowS - this.#history.startS);
  }

  #moment(): Moment {
    const { nowS, stepsJ, idleJ, outputTokens, waitingSeqs, runningSeqs } =
      this.#simulation.pulse();
    const energyJ = stepsJ + idleJ + this.#standbyJ(nowS);
    return { nowS, energyJ, outputTokens, waiting: waitingSeqs, running: runningSeqs };
  }

  #tally(record: RequestRecord): void {
    const { ttftS, tpotS, e2eS, status } = record;
    if (status !== "completed") return;
    this.#typical.add(record);
    this.#ttftS.add(ttftS);
    this.#tpotS.add(tpotS);
    this.#e2eS.add(e2eS);
  }
}
