import type { FrontPoint } from "./front.ts";

/** A point that is told in full. */
export interface SweepPoint {
  /** In the order of the grid, from 0. */
  readonly index: number;
  /** Its varied values, as the table has them. */
  readonly given: readonly string[];
  /** In the order and the units of the objectives; undefined where it is not known. */
  readonly figures: readonly (number | undefined)[];
}

/** Energy against one of the latencies. */
export interface Tradeoff {
  /** The place of the latency among the objectives. */
  readonly latency: number;
  readonly across: Float64Array;
  readonly up: Float64Array;
  /** From the quickest on. */
  readonly front: readonly (FrontPoint & SweepPoint)[];
}

/** A process's part of the points. */
export interface PartState {
  readonly shard: number;
  readonly state: "waits" | "going" | "done";
}

/** A sweep as its folder tells of it. */
export interface SweepView {
  /** The sweep file's name. */
  readonly name: string;
  readonly points: number;
  readonly done: number;
  readonly failed: number;
  /** The commonest reasons of failures first. */
  readonly reasons: readonly (readonly [reason: string, points: number])[];
  readonly state: "reading" | "going" | "done" | "gone";
  /** Seconds since the last new row; undefined where none came yet. */
  readonly quietS: number | undefined;
  /** Points a second, of the last minute; undefined until it can be told. */
  readonly ratePerS: number | undefined;
  /** Names of what is varied. */
  readonly given: readonly string[];
  readonly currency: string;
  /** The best by each objective. */
  readonly best: readonly (SweepPoint | undefined)[];
  readonly tradeoffs: readonly Tradeoff[];
  /** None where the sweep is not in shards. */
  readonly parts: readonly PartState[];
}
