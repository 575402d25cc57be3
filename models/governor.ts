import type { Watts } from "../sim/units.ts";

/** What holds a GPU below its own limits: see models/dvfs.ts. */
export interface Governor {
  /** undefined: the GPU's own cap. */
  readonly powerCapW: Watts | undefined;
  /** A locked clock over the highest, 0 to 1; undefined: not locked. */
  readonly clockRatio: number | undefined;
}
