import { Box, type Key as InkKey, Text, useInput, useStdout } from "ink";
import { createElement, type ReactElement, useEffect, useState } from "react";
import type { Key } from "./choose.ts";
import { ansi, type Line } from "./line.ts";
import type { Size } from "./screen.ts";

/** Of the terminal, also after it was resized. */
export function useSize(): Size {
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

/** Each key by itself. */
export function useKeys(press: (key: Key) => void): void {
  useInput((input, pressed) => {
    const name = nameOf(input, pressed);
    if (name !== undefined) return press({ input: "", name });
    // A slow terminal hands over several keys at once.
    for (const character of input) press({ input: character });
  });
}

/** Rows of a screen as ink draws them. */
export function rowsOf(lines: readonly Line[], width: number, hasColours: boolean): ReactElement {
  return createElement(
    Box,
    { flexDirection: "column", width },
    ...lines.map((line) =>
      // A row without text would have no height.
      createElement(Text, { wrap: "truncate" }, line.length === 0 ? " " : ansi(line, hasColours)),
    ),
  );
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
