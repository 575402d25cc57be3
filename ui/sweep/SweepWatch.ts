import { createElement, type ReactElement } from "react";
import type { FollowedSweep } from "../../experiments/watch/sweep/followSweep.ts";
import type { SweepView } from "../../experiments/watch/sweep/view.ts";
import type { Picture } from "../picture.ts";
import { Screens } from "../Screens.ts";
import { chosenOfSweep, openingSweep, type SweepChoice } from "./sweepChoice.ts";
import { sweepFrame } from "./sweepFrame.ts";

interface SweepWatchProps {
  readonly sweep: Pick<FollowedSweep, "onView">;
  readonly hasColours: boolean;
  readonly quit: () => void;
  /** Writes a picture of the screen; tells the files. */
  readonly save: (picture: Picture) => string;
}

/** The screen of a sweep. */
export function SweepWatch({ sweep, hasColours, quit, save }: SweepWatchProps): ReactElement {
  return createElement(Screens<SweepView, SweepChoice>, {
    onView: sweep.onView,
    opening: openingSweep,
    frame: sweepFrame,
    press: (key, choice, view) => (view === undefined ? choice : chosenOfSweep(choice, key, view)),
    hasColours,
    quit,
    save,
  });
}
