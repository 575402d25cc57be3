import type { Command } from "commander";
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
    .summary("simulate once and look on, in the terminal")
    .description(
      "Plays a scenario in about 30 s and shows it: power, queues, latencies, joules. ? lists the keys.",
    )
    .argument("<scenario>", "scenario file, as `tokenwatt init` writes one")
    .option("--no-color", "no colour, as with NO_COLOR=1");
  withScenarioFlags(command).action(watch);
}

async function watch(path: string, flags: WatchFlags): Promise<void> {
  const { stdin, stdout, stderr } = process;
  if (!stdin.isTTY || !stdout.isTTY) {
    const which = stdout.isTTY ? "stdin" : "stdout";
    stderr.write(`${which} is no terminal to watch on: this is the summary, as run prints it\n`);
    return run(path, flags);
  }
  const { startWatch } = await import("../experiments/watch/startWatch.ts");
  const watched = await startWatch(path, flags);
  try {
    const { showRun } = await import("../ui/showRun.ts");
    const save = (screen: string, picture: { text: string; svg: string }) =>
      savePicture(`${watched.watched.name.replaceAll(/[^\w.-]+/g, "-")}-${screen}`, picture);
    const hasColours = paintFor(stdout, flags.color) === coloured;
    await interruptible((signal) => showRun(watched, { stdin, stdout, hasColours, save, signal }), {
      outlivesTerminal: false,
    });
  } finally {
    await watched.close();
  }
}
