import type { Command } from "commander";
import { RunError } from "../experiments/errors.ts";
import { grouped } from "../experiments/report/quantity.ts";
import { type OutputFlags, withOutputFlags } from "./flags.ts";
import { failures, pointsText } from "./sweepText.ts";

export function addMerge(program: Command): void {
  const command = program
    .command("merge")
    .summary("one result table out of the shards of a sweep")
    .description("Makes results.csv and results.parquet out of the shards in a folder.")
    .argument("<dir>", "what --out named");
  withOutputFlags(command).action(merge);
}

async function merge(folder: string, flags: OutputFlags): Promise<void> {
  const { mergeShards } = await import("../experiments/sweep/merge.ts");
  const { shards, written, files } = mergeShards(folder);
  const { rows, failed } = written;
  if (flags.json !== undefined) {
    const { writeJson } = await import("./outputs.ts");
    writeJson(flags.json, { points: rows, shards, failed, files });
  }
  if (flags.json !== "-" && flags.quiet !== true) {
    const counted = `${pointsText(rows)} of ${grouped(shards)} shards\n`;
    process.stdout.write(
      `${counted}${failed === 0 ? "" : failures(written)}in ${files.join(", ")}\n`,
    );
  }
  if (failed === rows) throw new RunError("every point failed");
}
