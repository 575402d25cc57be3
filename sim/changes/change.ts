import type { StepModel } from "../ports.ts";
import type { Seconds } from "../units.ts";

/** What is otherwise from a moment on, whatever it was before. */
export type Change =
  /** What steps that begin from then on cost. */
  | { readonly kind: "stepModel"; readonly stepModel: StepModel }
  /** Requests come so many times as fast as the source says. */
  | { readonly kind: "rate"; readonly factor: number }
  /** The first so many replicas take requests; the others end what they have, and are off. */
  | { readonly kind: "replicas"; readonly replicas: number }
  /** Prompts that are admitted are looked for in the cache, and cached. */
  | { readonly kind: "prefixCaching"; readonly isOn: boolean };

export interface TimedChange {
  readonly atS: Seconds;
  readonly change: Change;
}

/** What changes in the midst of a run. */
export interface ChangeConfig {
  /** Those of one instant are made in this order, before requests that come then. */
  readonly timed: readonly TimedChange[];
  /** So many replicas are on at the start; those after them are off until they join. */
  readonly replicas: number;
}
