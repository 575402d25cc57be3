import { createElement } from "react";
import type { WatchedRun } from "../experiments/watch/startWatch.ts";
import type { Steered } from "../experiments/watch/steering.ts";
import { onTerminal, type Terminal } from "./onTerminal.ts";
import type { Picture } from "./picture.ts";
import { Watch } from "./Watch.ts";

export interface WatchOptions extends Terminal {
  readonly hasColours: boolean;
  /** Writes a picture of the screen; tells the files, or what is wrong. */
  readonly save: (screen: string, picture: Picture) => string;
  /** Writes what was changed; tells the files. */
  readonly write: (steered: Steered) => string;
}

/** Shows the run until the user leaves, or until it cannot go on. */
export async function showRun(run: WatchedRun, options: WatchOptions): Promise<void> {
  const { hasColours, save, write } = options;
  await onTerminal(options, {
    screens: (quit) => createElement(Watch, { run, hasColours, save, write, quit }),
    onFailure: run.onFailure,
  });
}
