import { Text } from "ink";
import { createElement, type ReactElement, useEffect, useRef, useState } from "react";
import type { WatchView } from "../experiments/watch/protocol.ts";
import type { WatchedRun } from "../experiments/watch/startWatch.ts";
import { chosen, commandOf, isQuit, type Key, lookedAt, opening } from "./choose.ts";
import { frame } from "./frame.ts";
import { type Picture, pictureOf } from "./picture.ts";
import { rowsOf, useKeys, useSize } from "./terminalHooks.ts";

interface WatchProps {
  readonly run: Pick<WatchedRun, "watched" | "command" | "look" | "onView">;
  readonly hasColours: boolean;
  readonly quit: () => void;
  /** Writes a picture of the screen; tells the files. */
  readonly save: (screen: string, picture: Picture) => string;
}

/** The root: the last view and what is looked at; all below it is text. */
export function Watch({ run, hasColours, quit, save }: WatchProps): ReactElement {
  const [view, setView] = useState<WatchView>();
  const [choice, setChoice] = useState(opening);
  // Keys may come faster than they are drawn: each finds what those before it chose.
  const latest = useRef(opening);
  const [said, setSaid] = useState("");
  const size = useSize();
  useEffect(() => run.onView(setView), [run]);
  const looked = lookedAt(choice);
  useEffect(() => run.look(looked), [run, looked]);
  const press = (key: Key) => {
    if (isQuit(key)) return quit();
    setSaid("");
    if (key.input === "s" && view !== undefined) {
      const lines = frame({ watched: run.watched, view, choice: latest.current }, size);
      return setSaid(save(latest.current.screen, pictureOf(lines, size)));
    }
    const command = commandOf(key);
    if (command !== undefined) return run.command(command);
    latest.current = chosen(latest.current, key, view?.snapshot.replicas ?? []);
    setChoice(latest.current);
  };
  useKeys(press);
  if (view === undefined) return createElement(Text, undefined, "");
  const lines = frame({ watched: run.watched, view, choice, said }, size);
  return rowsOf(lines, size.width, hasColours);
}
