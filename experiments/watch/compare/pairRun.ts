import { SimulationError } from "../../../sim/assert.ts";
import { type Comparison, comparison } from "../../compare/comparison.ts";
import { storedResult } from "../../compare/resultFile.ts";
import { RunError } from "../../errors.ts";
import type { LiveRun } from "../liveRun.ts";
import type { Playable } from "../player.ts";
import type { PairView } from "./pairProtocol.ts";

/** A run, and the file that it is of. */
interface Side {
  readonly file: string;
  readonly run: LiveRun;
}

/** So many instants are simulated at once while one run follows the other. */
const sliceInstants = 1000;

/** Two runs in step: after every move both have reached the same moment, or their end before it. */
export class PairRun implements Playable<PairView> {
  readonly #a: Side;
  readonly #b: Side;
  #comparison: Comparison | undefined;

  constructor(a: Side, b: Side) {
    this.#a = a;
    this.#b = b;
  }

  get ended(): boolean {
    return this.#going.length === 0;
  }

  get nowS(): number {
    return Math.max(this.#a.run.reachedS, this.#b.run.reachedS);
  }

  get startS(): number {
    return Math.min(this.#a.run.startS, this.#b.run.startS);
  }

  get #going(): readonly Side[] {
    return [this.#a, this.#b].filter(({ run }) => !run.ended);
  }

  /** One goes ahead, by a bin of its history at most, and the other follows. */
  advance(untilS: number, instants: number): boolean {
    const [ahead, behind] = this.#going;
    if (ahead === undefined) return true;
    const isThere = moved(ahead, untilS, instants);
    if (behind !== undefined) follow(behind, ahead.run.reachedS);
    return isThere && (this.ended || !ahead.run.ended);
  }

  /** Of whichever has the next one. */
  event(): void {
    const going = this.#going;
    const nextS = Math.min(...going.map(({ run }) => run.nextEventS));
    for (const side of going) follow(side, nextS);
  }

  view(): PairView {
    const [a, b] = [this.#a, this.#b];
    if (this.ended) this.#comparison ??= comparison(resultOf(a), resultOf(b));
    return { a: a.run.view(), b: b.run.view(), nowS: this.nowS, comparison: this.#comparison };
  }
}

function follow(side: Side, untilS: number): void {
  while (!moved(side, untilS, sliceInstants));
}

/** @throws RunError that says which of the two cannot go on. */
function moved({ file, run }: Side, untilS: number, instants: number): boolean {
  try {
    return run.advance(untilS, instants);
  } catch (error) {
    if (!(error instanceof SimulationError)) throw error;
    throw new RunError(`${file}: the run failed: ${error.message}`);
  }
}

function resultOf({ file, run }: Side) {
  return storedResult(run.result(), file);
}
