import { Text } from "ink";
import { createElement, type ReactElement, useEffect, useRef, useState } from "react";
import type { FollowedSweep } from "../../experiments/watch/sweep/followSweep.ts";
import type { SweepView } from "../../experiments/watch/sweep/view.ts";
import { isQuit, type Key } from "../choose.ts";
import { type Picture, pictureOf } from "../picture.ts";
import { rowsOf, useKeys, useSize } from "../terminalHooks.ts";
import { chosenOfSweep, openingSweep } from "./sweepChoice.ts";
import { sweepFrame } from "./sweepFrame.ts";

interface SweepWatchProps {
  readonly sweep: Pick<FollowedSweep, "onView">;
  readonly hasColours: boolean;
  readonly quit: () => void;
  /** Writes a picture of the screen; tells the files. */
  readonly save: (picture: Picture) => string;
}

/** The root of a sweep's screen: the last view and what is looked at. */
export function SweepWatch({ sweep, hasColours, quit, save }: SweepWatchProps): ReactElement {
  const [view, setView] = useState<SweepView>();
  const [choice, setChoice] = useState(openingSweep);
  // Keys may come faster than they are drawn: each finds what those before it chose.
  const latest = useRef(openingSweep);
  const [said, setSaid] = useState("");
  const size = useSize();
  useEffect(() => sweep.onView(setView), [sweep]);
  useKeys((key: Key) => {
    if (isQuit(key)) return quit();
    if (view === undefined) return;
    setSaid("");
    if (key.input === "s") {
      return setSaid(save(pictureOf(sweepFrame({ view, choice: latest.current }, size), size)));
    }
    latest.current = chosenOfSweep(latest.current, key, view);
    setChoice(latest.current);
  });
  if (view === undefined) return createElement(Text, undefined, "");
  return rowsOf(sweepFrame({ view, choice, said }, size), size.width, hasColours);
}
