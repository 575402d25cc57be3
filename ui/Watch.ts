import { createElement, type ReactElement } from "react";
import type { WatchView } from "../experiments/watch/protocol.ts";
import type { WatchedRun } from "../experiments/watch/startWatch.ts";
import { chosen, commandOf, lookedAt, opening } from "./choose.ts";
import { frame } from "./frame.ts";
import type { Picture } from "./picture.ts";
import { Screens } from "./Screens.ts";
import type { Choice } from "./screen.ts";

interface WatchProps {
  readonly run: Pick<WatchedRun, "head" | "command" | "look" | "onView">;
  readonly hasColours: boolean;
  readonly quit: () => void;
  /** Writes a picture of the screen; tells the files. */
  readonly save: (screen: string, picture: Picture) => string;
}

/** The screens of a run. */
export function Watch({ run, hasColours, quit, save }: WatchProps): ReactElement {
  return createElement(Screens<WatchView, Choice>, {
    onView: run.onView,
    opening,
    frame: (shown, size) => frame({ ...shown, watched: run.head }, size),
    press(key, choice, view) {
      const command = commandOf(key);
      if (command !== undefined) {
        run.command(command);
        return choice;
      }
      const next = chosen(choice, key, view?.snapshot.replicas ?? []);
      if (lookedAt(next) !== lookedAt(choice)) run.look(lookedAt(next));
      return next;
    },
    hasColours,
    quit,
    save: (picture, { screen }) => save(screen, picture),
  });
}
