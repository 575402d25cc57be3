import type { Joules, Seconds, Watts } from "../units.ts";

/** Watts drawn evenly over whole stretches of time, told by where they change: a century takes no more than a day. */
export class EvenDraws {
  readonly #stretchS: Seconds;
  /** By stretch: how many watts more are drawn from its beginning on. */
  readonly #changesW = new Map<number, Watts>();
  /** In order of time: where what is drawn changes, and to what; undefined until somebody asks. */
  #levels: readonly { readonly fromS: Seconds; readonly powerW: Watts }[] | undefined;

  constructor(stretchS: Seconds) {
    this.#stretchS = stretchS;
  }

  /** From the beginning of stretch `from` to that of `to`. */
  add(from: number, to: number, powerW: Watts): void {
    this.#change(from, powerW);
    this.#change(to, -powerW);
    this.#levels = undefined;
  }

  /** In a stretch. */
  powerW(stretch: number): Watts {
    if (this.#changesW.size === 0) return 0;
    const levels = this.#inOrder();
    let [begun, ahead] = [0, levels.length];
    while (begun < ahead) {
      const middle = (begun + ahead) >> 1;
      if ((levels[middle]?.fromS ?? 0) <= stretch * this.#stretchS) begun = middle + 1;
      else ahead = middle;
    }
    return levels[begun - 1]?.powerW ?? 0;
  }

  energyJ(): Joules {
    const levels = this.#inOrder();
    return levels.reduce((sumJ, { fromS, powerW }, i) => {
      const toS = levels[i + 1]?.fromS ?? fromS;
      return sumJ + powerW * (toS - fromS);
    }, 0);
  }

  /** The stretches in which what is drawn changes. */
  changing(): Iterable<number> {
    return this.#changesW.keys();
  }

  #change(stretch: number, powerW: Watts): void {
    this.#changesW.set(stretch, (this.#changesW.get(stretch) ?? 0) + powerW);
  }

  #inOrder() {
    if (this.#levels !== undefined) return this.#levels;
    let powerW = 0;
    this.#levels = [...this.#changesW]
      .sort(([a], [b]) => a - b)
      .map(([stretch, changeW]) => {
        powerW += changeW;
        return { fromS: stretch * this.#stretchS, powerW };
      });
    return this.#levels;
  }
}
