import type { Comparison } from "../../compare/comparison.ts";
import type { KeyDifference } from "../../compare/differences.ts";
import type { ScenarioOptions } from "../../scenario/check.ts";
import type { Playing, RunView, Watched } from "../protocol.ts";

/** What the thread of two watched runs is started with. */
export interface PairWork {
  readonly files: readonly [a: string, b: string];
  /** Of both. */
  readonly options: ScenarioOptions;
}

/** What stays the same while two runs are watched. */
export interface WatchedPair {
  /** By what they are told apart: their names, or their files where those are the same. */
  readonly names: readonly [a: string, b: string];
  readonly a: Watched;
  readonly b: Watched;
  /** Keys at which the scenarios differ. */
  readonly scenario: readonly KeyDifference[];
  /** What differs of the requests that they serve; none: the same are drawn for both. */
  readonly requests: readonly string[];
}

/** Two runs at one moment. */
export interface PairView {
  readonly a: RunView;
  readonly b: RunView;
  /** What both have reached, or one where the other has ended. */
  readonly nowS: number;
  /** As `compare` tells it; undefined until both have ended. */
  readonly comparison: Comparison | undefined;
}

export type PairPlayed = PairView & Playing;
