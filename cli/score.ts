import { type Command, InvalidArgumentError } from "commander";
import { RunError } from "../experiments/errors.ts";
import type { Score } from "../experiments/score/score.ts";
import { refuseClashes } from "./clashes.ts";
import {
  type OutputFlags,
  type ScenarioFlags,
  withOutputFlags,
  withScenarioFlags,
} from "./flags.ts";
import { interruptible } from "./interrupt.ts";

interface ScoreFlags extends OutputFlags, ScenarioFlags {
  readonly bench: string;
  readonly benchmark?: number;
  readonly power?: string;
  readonly powerPeriod?: number;
  readonly powerStart?: number;
  readonly powerGpus?: readonly string[];
  readonly within?: number;
  readonly fit?: string;
}

export function addScore(program: Command): void {
  const command = program
    .command("score")
    .summary("a prediction beside a real benchmark and a real power log")
    .description(
      "Simulates what a benchmark of a real server measured and prints measured, predicted and error, " +
        "figure by figure. Exit code 1 where a gate is missed. docs/score.md",
    )
    .argument("<scenario>", "scenario of the deployment that was measured")
    .requiredOption("--bench <file>", "JSON of vllm bench serve, AIPerf or GuideLLM")
    .option("--benchmark <n>", "which of the several of a GuideLLM file, from 1", count)
    .option("--power <file>", "log of nvidia-smi, DCGM, Zeus or CodeCarbon")
    .option("--power-period <s>", "seconds between the samples of a log without times", seconds)
    .option("--power-start <s>", "where in the log the benchmark began", seconds)
    .option("--power-gpus <names>", "GPUs of the log that served, as 0,1", names)
    .option("--within <percent>", "every error may come to so much; else 80 % ranges decide", share)
    .option("--fit <file.csv>", "write what was measured as a row for tokenwatt calibrate");
  withOutputFlags(withScenarioFlags(command)).action(run);
}

async function run(path: string, flags: ScoreFlags): Promise<void> {
  const [{ score }, { scoreJson }, { scoreText }, { measurementsCsv }] = await Promise.all([
    import("../experiments/score/score.ts"),
    import("../experiments/score/scoreJson.ts"),
    import("../experiments/score/scoreText.ts"),
    import("../experiments/score/measurementsRow.ts"),
  ]);
  const read = [path, flags.bench, ...(flags.power === undefined ? [] : [flags.power])];
  refuseClashes([flags.json, flags.fit], read);
  const scored = await interruptible((signal) =>
    score(path, flags.bench, {
      ...{ set: flags.set, seed: flags.seed, signal },
      benchmark: flags.benchmark,
      power: flags.power,
      powerPeriodS: flags.powerPeriod,
      powerStartS: flags.powerStart,
      powerGpus: flags.powerGpus,
      withinRatio: flags.within,
    }),
  );
  const { writeJson, writeText } = await import("./outputs.ts");
  const row = flags.fit === undefined ? undefined : measurementsCsv(scored);
  if (flags.json !== undefined) writeJson(flags.json, scoreJson(scored));
  if (flags.fit !== undefined && row !== undefined) writeText(flags.fit, row);
  if (flags.json !== "-" && flags.fit !== "-" && flags.quiet !== true) {
    const { paintFor } = await import("./terminal.ts");
    const { stdout } = process;
    const columns = stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY;
    stdout.write(scoreText(scored, { paint: paintFor(stdout, flags.color), columns }));
  }
  refuseMisses(scored);
}

function refuseMisses({ figures }: Score): void {
  const judged = figures.filter(({ isKept }) => isKept !== undefined);
  const missed = judged.filter(({ isKept }) => isKept === false).map(({ metric }) => metric);
  if (missed.length === 0) return;
  throw new RunError(`${missed.length} of ${judged.length} gates are missed: ${missed.join(", ")}`);
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 1e9) return value;
  throw new InvalidArgumentError("Expected seconds.");
}

function share(text: string): number {
  const value = Number(text.replace(/ ?%$/, ""));
  if (text.trim() !== "" && value >= 0 && value <= 1e6) return value / 100;
  throw new InvalidArgumentError("Expected a number of percent, as 10.");
}

function count(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number from 1.");
}

function names(text: string): string[] {
  const all = text.split(",").map((name) => name.trim());
  if (all.every((name) => name !== "")) return all;
  throw new InvalidArgumentError("Expected names parted by commas, as 0,1.");
}
