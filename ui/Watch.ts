import { Box, type Key as InkKey, Text, useInput, useStdout } from "ink";
import { createElement, type ReactElement, useEffect, useRef, useState } from "react";
import type { WatchView } from "../experiments/watch/protocol.ts";
import type { WatchedRun } from "../experiments/watch/startWatch.ts";
import { chosen, commandOf, isQuit, type Key, lookedAt, opening } from "./choose.ts";
import { frame } from "./frame.ts";
import { ansi } from "./line.ts";
import { type Picture, pictureOf } from "./picture.ts";

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
  useInput((input, pressed) => {
    const name = nameOf(input, pressed);
    if (name !== undefined) return press({ input: "", name });
    // A slow terminal hands over several keys at once.
    for (const character of input) press({ input: character });
  });
  if (view === undefined) return createElement(Text, undefined, "");
  const lines = frame({ watched: run.watched, view, choice, said }, size);
  return createElement(
    Box,
    { flexDirection: "column", width: size.width },
    ...lines.map((line) =>
      // A row without text would have no height.
      createElement(Text, { wrap: "truncate" }, line.length === 0 ? " " : ansi(line, hasColours)),
    ),
  );
}

/** Of the terminal, also after it was resized. */
function useSize() {
  const { stdout } = useStdout();
  const now = () => ({ width: stdout.columns || 80, height: stdout.rows || 24 });
  const [size, setSize] = useState(now);
  useEffect(() => {
    const resize = () => setSize({ width: stdout.columns || 80, height: stdout.rows || 24 });
    stdout.on("resize", resize);
    return () => {
      stdout.off("resize", resize);
    };
  }, [stdout]);
  return size;
}

function nameOf(input: string, key: InkKey): Key["name"] {
  if (key.ctrl && input === "c") return "ctrlC";
  if (key.tab) return key.shift ? "shiftTab" : "tab";
  if (key.upArrow) return "up";
  if (key.downArrow) return "down";
  if (key.leftArrow) return "left";
  if (key.rightArrow) return "right";
  if (key.pageUp) return "pageUp";
  return key.pageDown ? "pageDown" : undefined;
}
