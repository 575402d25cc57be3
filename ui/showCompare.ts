import { createElement } from "react";
import type { WatchedPairThread } from "../experiments/watch/compare/startCompare.ts";
import { CompareWatch } from "./compare/CompareWatch.ts";
import { onTerminal } from "./onTerminal.ts";
import type { WatchOptions } from "./showRun.ts";

/** Shows two runs until the user leaves, or until one cannot go on. */
export async function showCompare(
  pair: WatchedPairThread,
  options: Omit<WatchOptions, "write">,
): Promise<void> {
  const { hasColours, save } = options;
  await onTerminal(options, {
    screens: (quit) => createElement(CompareWatch, { pair, hasColours, save, quit }),
    onFailure: pair.onFailure,
  });
}
