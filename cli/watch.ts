import type { Command } from "commander";
import { isFolder } from "../experiments/files.ts";
import { coloured } from "../experiments/report/paint.ts";
import { type ScenarioFlags, withScenarioFlags } from "./flags.ts";
import { interruptible } from "./interrupt.ts";
import { run } from "./run.ts";
import { savePicture } from "./savePicture.ts";
import { paintFor } from "./terminal.ts";

interface WatchFlags extends ScenarioFlags {
  readonly color: boolean;
}

export function addWatch(program: Command): void {
  const command = program
    .command("watch")
    .summary("simulate once and look on, or follow a sweep, in the terminal")
    .description(
      "Plays a scenario in about 30 s and shows it: power, queues, latencies, joules. Of the folder that " +
        "`sweep --out` names it shows what has come, the best and the Pareto front. ? lists the keys.",
    )
    .argument("<scenario>", "scenario file, or the folder of a sweep, which may be running")
    .option("--no-color", "no colour, as with NO_COLOR=1");
  withScenarioFlags(command).action(watch);
}

async function watch(path: string, flags: WatchFlags): Promise<void> {
  const { stdin, stdout, stderr } = process;
  const isScreen = stdin.isTTY && stdout.isTTY;
  const which = stdout.isTTY ? "stdin" : "stdout";
  const isSweep = isFolder(path);
  if (!isScreen) {
    const shown = isSweep ? "how the sweep stands" : "the summary, as run prints it";
    stderr.write(`${which} is no terminal to watch on: this is ${shown}\n`);
  }
  if (isSweep) {
    const { watchSweep } = await import("./watchSweep.ts");
    return watchSweep(path, flags, isScreen);
  }
  if (!isScreen) return run(path, flags);
  const { startWatch } = await import("../experiments/watch/startWatch.ts");
  const watched = await startWatch(path, flags);
  try {
    const { showRun } = await import("../ui/showRun.ts");
    const save = (screen: string, picture: { text: string; svg: string }) =>
      savePicture(`${watched.head.name.replaceAll(/[^\w.-]+/g, "-")}-${screen}`, picture);
    const hasColours = paintFor(stdout, flags.color) === coloured;
    await interruptible((signal) => showRun(watched, { stdin, stdout, hasColours, save, signal }), {
      outlivesTerminal: false,
    });
  } finally {
    await watched.close();
  }
}
