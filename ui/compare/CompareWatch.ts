import { createElement, type ReactElement } from "react";
import type { PairPlayed } from "../../experiments/watch/compare/pairProtocol.ts";
import type { WatchedPairThread } from "../../experiments/watch/compare/startCompare.ts";
import { commandOf } from "../choose.ts";
import type { Picture } from "../picture.ts";
import { Screens } from "../Screens.ts";
import { hiddenLines, pairFrame } from "./pairFrame.ts";
import { chosenOfPair, openingPair, type PairChoice } from "./pairScene.ts";

interface CompareWatchProps {
  readonly pair: Pick<WatchedPairThread, "head" | "command" | "onView">;
  readonly hasColours: boolean;
  readonly quit: () => void;
  /** Writes a picture of the screen; tells the files. */
  readonly save: (screen: string, picture: Picture) => string;
}

/** The screens of two runs side by side. */
export function CompareWatch({ pair, hasColours, quit, save }: CompareWatchProps): ReactElement {
  return createElement(Screens<PairPlayed, PairChoice>, {
    onView: pair.onView,
    opening: openingPair,
    frame: (shown, size) => pairFrame({ ...shown, watched: pair.head }, size),
    press(key, choice, view, size) {
      const command = commandOf(key);
      if (command !== undefined) {
        pair.command(command);
        return choice;
      }
      const hidden = view === undefined ? 0 : hiddenLines({ watched: pair.head, view }, size);
      return chosenOfPair(choice, key, hidden);
    },
    hasColours,
    quit,
    save: (picture, { screen }) => save(screen, picture),
  });
}
