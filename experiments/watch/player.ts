import { setTimeout } from "node:timers/promises";
import type { LoadedScenario } from "../scenario/load.ts";
import { LiveRun } from "./liveRun.ts";
import { faster, openingSpeed, slower } from "./pace.ts";
import type { WatchCommand, WatchView } from "./protocol.ts";

/** Between two looks at the messages: ten views a second. */
const turnMs = 100;
/** Of so many parts of the time views take one at most. */
const viewShare = 16;
const sliceInstants = 500;
/** The bins of the history that a run fills. */
const historyBins = 400;

/** Plays a run at the speed that was asked for, and tells how it stands. */
export class Player {
  readonly #loaded: LoadedScenario;
  readonly #binS: number;
  readonly #tell: (view: WatchView) => void;
  #run: LiveRun;
  #speed: number;
  #goalS: number;
  #paused = false;
  #isNews = true;
  #drawn = true;
  #lookedAt: number | undefined;
  /** No view before, unless nothing moves. */
  #nextMs = 0;
  #wake = () => {};

  constructor(loaded: LoadedScenario, expectedS: number, tell: (view: WatchView) => void) {
    this.#loaded = loaded;
    this.#binS = expectedS / historyBins;
    this.#tell = tell;
    this.#run = new LiveRun(loaded, this.#binS);
    this.#speed = openingSpeed(expectedS);
    this.#goalS = this.#run.startS;
  }

  /** For ever: a run that has ended can be begun again. */
  async play(): Promise<never> {
    for (;;) {
      const sinceMs = performance.now();
      if (!this.#rests) this.#turn();
      if (this.#isNews && this.#drawn && (this.#rests || sinceMs >= this.#nextMs)) {
        this.#showNow(performance.now());
      }
      if (this.#rests) await this.#message();
      else await setTimeout(Math.max(0, turnMs - (performance.now() - sinceMs)));
    }
  }

  /** A view that takes long to make is followed by the next one later, so that all take little. */
  #showNow(sinceMs: number): void {
    this.#isNews = false;
    this.#drawn = false;
    this.#tell({ ...this.#run.view(this.#lookedAt), speed: this.#speed, paused: this.#paused });
    this.#nextMs = sinceMs + viewShare * (performance.now() - sinceMs);
  }

  /** The last view is on the screen: the next may come. */
  drawn(): void {
    this.#drawn = true;
    this.#wake();
  }

  /** Tells the requests of this replica, too, from now on. */
  look(replica: number | undefined): void {
    this.#lookedAt = replica;
    this.#isNews = true;
    this.#wake();
  }

  obey(command: WatchCommand): void {
    switch (command) {
      case "pause":
        this.#paused = !this.#paused;
        break;
      case "event":
        this.#paused = true;
        this.#run.event();
        break;
      case "restart":
        this.#run = new LiveRun(this.#loaded, this.#binS);
        this.#goalS = this.#run.startS;
        break;
      case "faster":
        this.#speed = faster(this.#speed);
        break;
      case "slower":
        this.#speed = slower(this.#speed);
        break;
      case "end":
        this.#speed = Number.POSITIVE_INFINITY;
        this.#paused = false;
        break;
    }
    this.#isNews = true;
    this.#wake();
  }

  get #rests(): boolean {
    return this.#paused || this.#run.ended;
  }

  /** As far as the speed says, or as a turn allows; where it falls short, the rest is given up. */
  #turn(): void {
    const goalS = Math.max(this.#goalS, this.#run.nowS) + (this.#speed * turnMs) / 1000;
    const untilMs = performance.now() + turnMs;
    let isThere = this.#run.advance(goalS, sliceInstants);
    while (!isThere && performance.now() < untilMs) {
      isThere = this.#run.advance(goalS, sliceInstants);
    }
    this.#goalS = isThere ? goalS : this.#run.nowS;
    this.#isNews = true;
  }

  #message(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
