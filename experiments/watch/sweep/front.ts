import { beats } from "../../plan/frontier.ts";

export interface FrontPoint {
  /** Of the point in the order of the grid. */
  readonly index: number;
  /** Less of both is better. */
  readonly across: number;
  readonly up: number;
}

/** The points that none beats, while they come in any order; of equal ones the first of the grid. */
export class Front<Point extends FrontPoint> {
  #points: Point[] = [];

  /** Whether it is one of them, for now. */
  add(point: Point): boolean {
    if (this.#points.some((known) => isInTheWay(known, point))) return false;
    this.#points = this.#points.filter((known) => !isInTheWay(point, known));
    this.#points.push(point);
    return true;
  }

  /** From the quickest on. */
  points(): readonly Point[] {
    return this.#points.toSorted((a, b) => a.across - b.across || a.index - b.index);
  }
}

function isInTheWay(one: FrontPoint, other: FrontPoint): boolean {
  if (one.across === other.across && one.up === other.up) return one.index <= other.index;
  return beats([one.across, one.up], [other.across, other.up]);
}
