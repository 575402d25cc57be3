import { setImmediate, setTimeout } from "node:timers/promises";
import { keptFailure } from "../failure.ts";
import { SweepFolder } from "./sweepFolder.ts";
import type { SweepView } from "./view.ts";

/** A sweep that is followed while its folder fills. */
export interface FollowedSweep {
  /** Calls `draw` with each view. */
  onView(draw: (view: SweepView) => void): void;
  /** Calls `end` where the folder can't be read any more. */
  onFailure(end: (error: Error) => void): void;
  close(): void;
}

const turnMs = 500;

/** @throws UserError where the folder holds no sweep. */
export function followSweep(folder: string): FollowedSweep {
  const sweep = new SweepFolder(folder);
  const stop = new AbortController();
  const failure = keptFailure();
  let last: SweepView | undefined;
  let draw = (_view: SweepView): void => {};
  const follow = async () => {
    for (;;) {
      const untilMs = performance.now() + turnMs;
      while (sweep.look(performance.now()) && performance.now() < untilMs) await setImmediate();
      // Of one that has ended nothing moves any more.
      if (last?.state !== "done" || sweep.hasChanged) {
        last = sweep.view(Date.now());
        draw(last);
      }
      const restMs = Math.max(0, untilMs - performance.now());
      await setTimeout(restMs, undefined, { signal: stop.signal });
    }
  };
  follow().catch((error: Error) => {
    if (!stop.signal.aborted) failure.note(error);
  });
  return {
    onView(listener) {
      draw = listener;
      if (last !== undefined) draw(last);
    },
    onFailure: failure.tell,
    close: () => stop.abort(),
  };
}

/** How a sweep stands now. @throws UserError where the folder holds none. */
export function sweepNow(folder: string): SweepView {
  const sweep = new SweepFolder(folder);
  while (sweep.look(performance.now()));
  return sweep.view(Date.now());
}
