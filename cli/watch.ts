import type { Command } from "commander";
import { UserError } from "../experiments/errors.ts";
import { isFolder } from "../experiments/files.ts";
import { coloured } from "../experiments/report/paint.ts";
import type { Steered } from "../experiments/watch/steering.ts";
import type { Picture } from "../ui/picture.ts";
import { type ScenarioFlags, withScenarioFlags } from "./flags.ts";
import { interruptible } from "./interrupt.ts";
import { run } from "./run.ts";
import { savePicture } from "./savePicture.ts";
import { hasScreen, paintFor } from "./terminal.ts";

interface WatchFlags extends ScenarioFlags {
  readonly color: boolean;
  readonly compare?: boolean;
  readonly changes?: string;
}

export function addWatch(program: Command): void {
  const command = program
    .command("watch")
    .summary("simulate once and look on, or follow a sweep, in the terminal")
    .description(
      "Plays a scenario in about 30 s and shows it: power, queues, latencies, joules. Of the folder that " +
        "`sweep --out` names it shows what has come, the best and the Pareto front. ? lists the keys.",
    )
    .argument("<scenario...>", "scenario file, or the folder of a sweep, which may be running")
    .option("--compare", "two scenario files side by side; --set and --seed are of both")
    .option(
      "--changes <file>",
      "what changes in the midst of the run, and when, as w writes it: see docs/changes.md",
    )
    .option("--no-color", "no colour, as with NO_COLOR=1");
  withScenarioFlags(command).action(watch);
}

async function watch(paths: readonly string[], flags: WatchFlags): Promise<void> {
  if (flags.compare === true) {
    refuseChanges(flags, "shows two runs as their files say");
    const { watchCompare } = await import("./watchCompare.ts");
    return watchCompare(paths, flags);
  }
  const { stdin, stdout } = process;
  const path = onlyOne(paths);
  const isSweep = isFolder(path);
  const isScreen = hasScreen(isSweep ? "how the sweep stands" : "the summary, as run prints it");
  if (isSweep) {
    refuseChanges(flags, "follows a sweep, whose points are as they are");
    const { watchSweep } = await import("./watchSweep.ts");
    return watchSweep(path, flags, isScreen);
  }
  if (!isScreen) return run(path, flags);
  const { startWatch } = await import("../experiments/watch/startWatch.ts");
  const watched = await startWatch(path, flags, flags.changes);
  try {
    const { showRun } = await import("../ui/showRun.ts");
    const { writeChanges } = await import("./writeChanges.ts");
    const name = watched.head.name.replaceAll(/[^\w.-]+/g, "-");
    const files = {
      save: (screen: string, picture: Picture) => savePicture(`${name}-${screen}`, picture),
      write: ({ changes }: Steered) =>
        writeChanges(
          name,
          { path, flags },
          changes.map(({ change }) => change),
        ),
    };
    const hasColours = paintFor(stdout, flags.color) === coloured;
    await interruptible(
      (signal) => showRun(watched, { stdin, stdout, hasColours, signal, ...files }),
      {
        outlivesTerminal: false,
      },
    );
  } finally {
    await watched.close();
  }
}

function refuseChanges({ changes }: WatchFlags, why: string): void {
  if (changes === undefined) return;
  throw new UserError({ message: `--changes ${changes}: watch ${why} here` });
}

/** @throws UserError where there are more. */
function onlyOne(paths: readonly string[]): string {
  const [path = "", ...others] = paths;
  if (others.length === 0) return path;
  throw new UserError({
    message: `expected one scenario or folder, got ${paths.length}: ${paths.join(", ")}`,
    hint: "tokenwatt watch --compare A.yaml B.yaml shows two side by side",
  });
}
