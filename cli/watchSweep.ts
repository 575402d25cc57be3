import { basename, resolve } from "node:path";
import { UserError } from "../experiments/errors.ts";
import { coloured } from "../experiments/report/paint.ts";
import type { ScenarioFlags } from "./flags.ts";
import { interruptible } from "./interrupt.ts";
import { savePicture } from "./savePicture.ts";
import { paintFor } from "./terminal.ts";

interface WatchSweepFlags extends ScenarioFlags {
  readonly color: boolean;
}

/** Follows the sweep of a folder; `isScreen` says whether there is a terminal to draw on. */
export async function watchSweep(
  folder: string,
  flags: WatchSweepFlags,
  isScreen: boolean,
): Promise<void> {
  refuseChanges(flags);
  const { stdin, stdout } = process;
  const { followSweep, sweepNow } = await import("../experiments/watch/sweep/followSweep.ts");
  const paint = paintFor(stdout, flags.color);
  if (!isScreen) {
    const { sweepStateText } = await import("./sweepStateText.ts");
    stdout.write(sweepStateText(sweepNow(folder), paint));
    return;
  }
  const sweep = followSweep(folder);
  try {
    const { showSweep } = await import("../ui/showSweep.ts");
    const name = basename(resolve(folder)).replaceAll(/[^\w.-]+/g, "-");
    const save = (picture: { text: string; svg: string }) => savePicture(`${name}-sweep`, picture);
    const hasColours = paint === coloured;
    await interruptible((signal) => showSweep(sweep, { stdin, stdout, hasColours, save, signal }), {
      outlivesTerminal: false,
    });
  } finally {
    sweep.close();
  }
}

/** What is watched was begun by others, with values of their own. */
function refuseChanges({ set, seed }: ScenarioFlags): void {
  const flag = set !== undefined ? "--set" : seed !== undefined ? "--seed" : undefined;
  if (flag === undefined) return;
  throw new UserError({
    place: { file: flag },
    message: "changes a scenario that watch runs; a folder holds a sweep that runs already",
    hint: `tokenwatt sweep SWEEP.yaml ${flag} … --out DIR begins another`,
  });
}
