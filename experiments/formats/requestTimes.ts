import type { RequestRecord } from "../../sim/request.ts";
import type { Seconds } from "../../sim/units.ts";

/** When requests were in flight: 24 bytes each. */
export class RequestTimes {
  readonly #rows: number[] = [];

  add({ id, arrivalS, e2eS = 0 }: RequestRecord): void {
    this.#rows.push(id, arrivalS, e2eS);
  }

  /** In the order in which they came; 0 of those that did not complete. */
  latenciesS(): Iterable<Seconds> {
    const order = Uint32Array.from({ length: this.#count }, (_, row) => row);
    order.sort((a, b) => this.#at(a, 0) - this.#at(b, 0));
    return Array.from(order, (row) => this.#at(row, 2));
  }

  /** Most that completed and were in flight together; whoever ends when another begins is not there with it. */
  mostAtOnce(): number {
    const startsS: Seconds[] = [];
    const endsS: Seconds[] = [];
    for (let row = 0; row < this.#count; row++) {
      if (this.#at(row, 2) === 0) continue;
      startsS.push(this.#at(row, 1));
      endsS.push(this.#at(row, 1) + this.#at(row, 2));
    }
    const ordered = Float64Array.from(endsS).sort();
    let most = 0;
    let ended = 0;
    for (const [started, startS] of Float64Array.from(startsS).sort().entries()) {
      while ((ordered[ended] ?? Number.POSITIVE_INFINITY) <= startS) ended++;
      most = Math.max(most, started + 1 - ended);
    }
    return most;
  }

  get #count(): number {
    return this.#rows.length / 3;
  }

  #at(row: number, column: number): number {
    return this.#rows[3 * row + column] ?? 0;
  }
}
