import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { RunError } from "../experiments/errors.ts";
import type { SweepEnd, SweepProgress } from "../experiments/sweep/runSweep.ts";
import {
  type OutputFlags,
  parseJobs,
  type ScenarioFlags,
  withOutputFlags,
  withScenarioFlags,
} from "./flags.ts";
import { Interrupted, interruptible } from "./interrupt.ts";

interface SweepFlags extends OutputFlags, ScenarioFlags {
  readonly out: string;
  readonly jobs: number;
  readonly shard?: string;
  readonly resume?: boolean;
}

export function addSweep(program: Command): void {
  const command = program
    .command("sweep")
    .summary("a grid of runs, in parallel, resumable, shardable")
    .description("Simulates every point of a grid: docs/sweeps.md. A row each in DIR/results.csv.")
    .argument("<sweep>", "sweep file: a scenario under base, and grid with path: [values]")
    .requiredOption("--out <dir>", "takes results.csv, results.parquet and manifest.json")
    .option("--jobs <n>", "threads", parseJobs, availableParallelism())
    .option("--shard <i/n>", "only this part of n, into shard-i-of-n.csv and .parquet")
    .option("--resume", "go on with what an interruption left; starts where nothing is there");
  withOutputFlags(withScenarioFlags(command)).action(sweep);
}

async function sweep(path: string, flags: SweepFlags): Promise<void> {
  const [{ loadSweep }, { runSweep }, { parsePart, whole }, { sweepProgress }, { sweepText }] =
    await Promise.all([
      import("../experiments/sweep/sweepFile.ts"),
      import("../experiments/sweep/runSweep.ts"),
      import("../experiments/sweep/part.ts"),
      import("./sweepProgress.ts"),
      import("./sweepText.ts"),
    ]);
  const { out, jobs } = flags;
  await interruptible(async (signal) => {
    const part = flags.shard === undefined ? whole : parsePart(flags.shard);
    const loaded = loadSweep(path, flags);
    const line = sweepProgress(flags.quiet === true);
    let last: SweepProgress | undefined;
    const onProgress = (progress: SweepProgress) => {
      last = progress;
      line.show(progress);
    };
    try {
      const resume = flags.resume === true;
      const end = await runSweep(loaded, { out, part, jobs, resume, signal, onProgress });
      line.clear();
      await report(end, flags, sweepText(end));
      // Of a part it means little: the merge tells whether the whole sweep failed.
      if (part.shards === 1 && end.written?.failed === end.points) {
        throw new RunError("every point failed");
      }
    } catch (error) {
      line.clear();
      if (!(error instanceof Interrupted)) throw error;
      const kept = last === undefined ? "no point" : `${last.done} of ${last.points} points`;
      throw new Interrupted(`interrupted; ${kept} in ${out}: --resume goes on`);
    }
  });
}

async function report(end: SweepEnd, flags: SweepFlags, text: string): Promise<void> {
  if (flags.json !== undefined) {
    const { writeJson } = await import("./outputs.ts");
    const { points, resumed, written, files } = end;
    writeJson(flags.json, { points, resumed, failed: written?.failed ?? null, files });
  }
  if (flags.json !== "-" && flags.quiet !== true) process.stdout.write(text);
}
