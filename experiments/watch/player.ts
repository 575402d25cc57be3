import { setTimeout } from "node:timers/promises";
import type { Knob } from "./knobs.ts";
import { faster, openingSpeed, slower } from "./pace.ts";
import type { Playing, WatchCommand } from "./protocol.ts";

/** Between two looks at the messages: ten views a second. */
const turnMs = 100;
/** Of so many parts of the time views take one at most. */
const viewShare = 16;
const sliceInstants = 500;

/** What is played: a run, or several that go side by side. */
export interface Playable<View> {
  readonly ended: boolean;
  readonly nowS: number;
  readonly startS: number;
  /** Towards `untilS`, by `instants` instants at most; true when it is reached. */
  advance(untilS: number, instants: number): boolean;
  /** The next instant in which something happens. */
  event(): void;
  /** Changes something from now on; tells what, or why not. */
  turn?(knob: Knob): string;
  /** With the requests of one replica, where one is looked at. */
  view(lookedAt?: number): View;
}

/** Plays what `begin` begins at the speed that was asked for, and tells how it stands. */
export class Player<View extends object> {
  readonly #begin: () => Playable<View>;
  readonly #tell: (view: View & Playing) => void;
  #run: Playable<View>;
  #speed: number;
  #goalS: number;
  #paused = false;
  #isNews = true;
  #drawn = true;
  #lookedAt: number | undefined;
  #told = { count: 0, text: "" };
  /** No view before, unless nothing moves. */
  #nextMs = 0;
  #wake = () => {};

  constructor(
    begin: () => Playable<View>,
    expectedS: number,
    tell: (view: View & Playing) => void,
  ) {
    this.#begin = begin;
    this.#tell = tell;
    this.#run = begin();
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
    const playing = { speed: this.#speed, paused: this.#paused, told: this.#told };
    this.#tell({ ...this.#run.view(this.#lookedAt), ...playing });
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

  turn(knob: Knob): void {
    const text = this.#run.turn?.(knob) ?? "nothing can be changed here";
    this.#told = { count: this.#told.count + 1, text };
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
        this.#run = this.#begin();
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
