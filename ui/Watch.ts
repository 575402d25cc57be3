import { createElement, type ReactElement, useRef } from "react";
import type { WatchView } from "../experiments/watch/protocol.ts";
import type { WatchedRun } from "../experiments/watch/startWatch.ts";
import type { Steered } from "../experiments/watch/steering.ts";
import { asChanged } from "./asChanged.ts";
import { chosen, commandOf, knobOf, lookedAt, opening } from "./choose.ts";
import { frame } from "./frame.ts";
import type { Picture } from "./picture.ts";
import { Screens, type Shown } from "./Screens.ts";
import type { Choice } from "./screen.ts";

export interface WatchProps {
  readonly run: Pick<WatchedRun, "head" | "command" | "turn" | "look" | "onView">;
  readonly hasColours: boolean;
  readonly quit: () => void;
  /** Writes a picture of the screen; tells the files. */
  readonly save: (screen: string, picture: Picture) => string;
  /** Writes what was changed; tells the files. */
  readonly write: (steered: Steered) => string;
}

/** The screens of a run. */
export function Watch({ run, hasColours, quit, save, write }: WatchProps): ReactElement {
  // What came of a knob is told until the next key.
  const heard = useRef(0);
  const saidOf = ({ said, view }: Shown<WatchView, Choice>) =>
    said || (view.told.count > heard.current ? view.told.text : "");
  return createElement(Screens<WatchView, Choice>, {
    onView: run.onView,
    opening,
    frame: (shown, size) =>
      frame(
        { ...shown, said: saidOf(shown), watched: asChanged(run.head, shown.view.steered) },
        size,
      ),
    press(key, choice, view) {
      heard.current = view?.told.count ?? 0;
      const command = commandOf(key);
      const knob = knobOf(key);
      if (command !== undefined) run.command(command);
      if (knob !== undefined) run.turn(knob);
      if (command !== undefined || knob !== undefined) return choice;
      const next = chosen(choice, key, view?.snapshot.replicas ?? []);
      if (lookedAt(next) !== lookedAt(choice)) run.look(lookedAt(next));
      return next;
    },
    hasColours,
    quit,
    save: (picture, { screen }) => save(screen, picture),
    write: ({ steered }) =>
      steered === undefined ? "nothing can be changed here" : write(steered),
  });
}
