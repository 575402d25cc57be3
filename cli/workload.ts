import { type Command, InvalidArgumentError } from "commander";
import type { BinningReport } from "../experiments/binning.ts";
import type { Paint } from "../experiments/report/paint.ts";
import { type OutputFlags, withOutputFlags } from "./flags.ts";

interface WorkloadFlags extends OutputFlags {
  readonly format: string;
  readonly column?: Readonly<Record<string, string>>;
  readonly blockTokens?: number;
  readonly originS?: number;
  readonly fromS?: number;
  readonly toS?: number;
  readonly to?: string;
  readonly numRequests?: number;
  readonly seed?: string;
  readonly binning?: boolean;
}

export function addWorkload(program: Command): void {
  const command = program
    .command("workload")
    .summary("what is in a trace or a data set")
    .description(
      "Tells what is in a trace file, a built-in data set or a scenario's workload: rates, lengths, " +
        "prefixes; --to writes its requests for another run to replay.",
    )
    .argument(
      "<file|id>",
      "a trace, a folder of ServeGen's, a scenario, or the name of a data set as `tokenwatt list workloads` has it",
    )
    .option(
      "--to <file>",
      "write the requests: .csv or .parquet (as Vidur's), or .jsonl (as Mooncake's)",
    )
    .option("--num-requests <n>", "of a data set, how many are written (1000)", numberFromOne)
    .option(
      "--binning",
      "of a scenario: its joules as arXiv 2504.17674 estimates them by bins, beside the simulation",
    )
    .option("--seed <seed>", "of requests that are drawn (42, or the scenario's)")
    .option("--format <format>", "of the file, as workload.trace.format in a scenario", "auto")
    .option(
      "--column <key=name>",
      "what a table calls its columns (repeatable), as input_tokens=Prompt",
      columnNamed,
    )
    .option("--block-tokens <tokens>", "tokens that one of hash_ids stands for", Number)
    .option(
      "--origin-s <seconds>",
      "the time in the file from which --to counts; 0 keeps those of seconds (the first request's)",
      Number,
    )
    .option("--from-s <seconds>", "leave out what the trace has before", Number)
    .option("--to-s <seconds>", "leave out what it has from then on", Number);
  withOutputFlags(command).action(workload);
}

function columnNamed(text: string, before: Readonly<Record<string, string>> = {}) {
  const [key = "", ...name] = text.split("=");
  return { ...before, [key]: name.join("=") };
}

async function workload(name: string, flags: WorkloadFlags): Promise<void> {
  const { workloadNamed } = await import("../experiments/workload.ts");
  const { writeTrace } = await import("../experiments/frozenWorkload.ts");
  const { workloadText } = await import("../experiments/report/workloadText.ts");
  const { refuseClashes } = await import("./clashes.ts");
  const { writeJson } = await import("./outputs.ts");
  const { paintFor } = await import("./terminal.ts");
  const { format, column: columns, blockTokens: block_tokens } = flags;
  const { originS: origin_s, fromS: from_s, toS: to_s } = flags;
  const { seed, numRequests: requests, to } = flags;
  const trace = { format, columns, block_tokens, origin_s, from_s, to_s };
  const { report, written, inputs } = workloadNamed(name, { trace, seed, requests });
  refuseClashes([flags.json, to], inputs);
  const unwritten = to === undefined ? [] : writeTrace(to, written());
  const binning = flags.binning === true ? await binned(name, seed) : undefined;
  if (flags.json !== undefined) {
    writeJson(flags.json, binning === undefined ? report : { ...report, binning });
  }
  if (flags.quiet === true) return;
  for (const warning of [...report.warnings, ...unwritten])
    process.stderr.write(`warning: ${warning}\n`);
  if (flags.json !== "-") {
    const paint = paintFor(process.stdout, flags.color);
    process.stdout.write(workloadText(name, report, paint));
    if (binning !== undefined) process.stdout.write(await binningLines(binning, paint));
  }
}

/** @throws UserError where it is no scenario: bins are priced on a deployment. */
async function binned(name: string, seed: string | undefined): Promise<BinningReport> {
  const { binningOf } = await import("../experiments/binning.ts");
  const { UserError } = await import("../experiments/errors.ts");
  if (/\.ya?ml$/i.test(name)) return binningOf(name, { seed });
  const message = `prices bins on a deployment, which ${name} doesn't say: name a scenario (.yaml)`;
  throw new UserError({ key: "--binning", message });
}

async function binningLines(report: BinningReport, paint: Paint): Promise<string> {
  const { binningText } = await import("../experiments/report/binningText.ts");
  return binningText(report, paint);
}

function numberFromOne(text: string): number {
  if (/^[1-9]\d{0,7}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number from 1 to 99999999.");
}
