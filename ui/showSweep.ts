import { createElement } from "react";
import type { FollowedSweep } from "../experiments/watch/sweep/followSweep.ts";
import { onTerminal, type Terminal } from "./onTerminal.ts";
import type { Picture } from "./picture.ts";
import { SweepWatch } from "./sweep/SweepWatch.ts";

export interface SweepOptions extends Terminal {
  readonly hasColours: boolean;
  /** Writes a picture of the screen; tells the files, or what is wrong. */
  readonly save: (picture: Picture) => string;
}

/** Shows a sweep until the user leaves, or until its folder can't be read. */
export async function showSweep(sweep: FollowedSweep, options: SweepOptions): Promise<void> {
  const { hasColours, save } = options;
  await onTerminal(options, {
    screens: (quit) => createElement(SweepWatch, { sweep, hasColours, save, quit }),
    onFailure: sweep.onFailure,
  });
}
