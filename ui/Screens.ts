import { Text } from "ink";
import { createElement, type ReactElement, useEffect, useRef, useState } from "react";
import { isQuit, type Key } from "./choose.ts";
import type { Line } from "./line.ts";
import { type Picture, pictureOf } from "./picture.ts";
import type { Size } from "./screen.ts";
import { rowsOf, useKeys, useSize } from "./terminalHooks.ts";

/** What is looked at, and what of it the user chose. */
export interface Shown<View, Choice> {
  readonly view: View;
  readonly choice: Choice;
  /** In place of the keys, until the next one is pressed. */
  readonly said?: string | undefined;
}

export interface ScreensProps<View, Choice> {
  /** Calls `draw` with each view. */
  readonly onView: (draw: (view: View) => void) => void;
  readonly opening: Choice;
  readonly frame: (shown: Shown<View, Choice>, size: Size) => readonly Line[];
  /** What is looked at after a key, which may ask something of whoever makes the views. */
  readonly press: (key: Key, choice: Choice, view: View | undefined, size: Size) => Choice;
  readonly hasColours: boolean;
  readonly quit: () => void;
  /** Writes a picture of the screen; tells the files. */
  readonly save: (picture: Picture, choice: Choice) => string;
  /** Writes what was made of what is looked at; tells the files. */
  readonly write?: ((view: View) => string) | undefined;
}

/** The root of all screens: the last view and what is looked at; all below it is text. */
export function Screens<View, Choice>(props: ScreensProps<View, Choice>): ReactElement {
  const { onView, opening, frame, press, hasColours, quit, save, write } = props;
  const [view, setView] = useState<View>();
  const [choice, setChoice] = useState(opening);
  // Keys may come faster than they are drawn: each finds what came, and what those before it chose.
  const latest = useRef<{ view?: View; choice: Choice }>({ choice: opening });
  const [said, setSaid] = useState("");
  const size = useSize();
  useEffect(
    () =>
      onView((next) => {
        latest.current.view = next;
        setView(() => next);
      }),
    [onView],
  );
  useKeys((key: Key) => {
    if (isQuit(key)) return quit();
    setSaid("");
    const { view: last, choice: before } = latest.current;
    if (key.input === "s" && last !== undefined) {
      const lines = frame({ view: last, choice: before }, size);
      return setSaid(save(pictureOf(lines, size), before));
    }
    if (key.input === "w" && write !== undefined && last !== undefined) return setSaid(write(last));
    const next = press(key, before, last, size);
    latest.current.choice = next;
    setChoice(() => next);
  });
  if (view === undefined) return createElement(Text, undefined, "");
  return rowsOf(frame({ view, choice, said }, size), size.width, hasColours);
}
