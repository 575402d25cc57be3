import { type Command, InvalidArgumentError, Option } from "commander";
import { type OutputFlags, withOutputFlags } from "./flags.ts";

interface WorkloadFlags extends OutputFlags {
  readonly format: "auto" | "azure" | "mooncake" | "vidur";
  readonly to?: string;
  readonly numRequests?: number;
  readonly seed?: string;
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
      "a trace, a scenario, or the name of a data set as `tokenwatt list workloads` has it",
    )
    .option("--to <file>", "write the requests: .csv (as Vidur's) or .jsonl (as Mooncake's)")
    .option("--num-requests <n>", "of a data set, how many are written (1000)", numberFromOne)
    .option("--seed <seed>", "of requests that are drawn (42, or the scenario's)")
    .addOption(
      new Option("--format <format>", "of the file")
        .choices(["auto", "azure", "mooncake", "vidur"])
        .default("auto"),
    );
  withOutputFlags(command).action(workload);
}

async function workload(name: string, flags: WorkloadFlags): Promise<void> {
  const { workloadNamed } = await import("../experiments/workload.ts");
  const { writeTrace } = await import("../experiments/frozenWorkload.ts");
  const { workloadText } = await import("../experiments/report/workloadText.ts");
  const { refuseClashes } = await import("./clashes.ts");
  const { writeJson } = await import("./outputs.ts");
  const { paintFor } = await import("./terminal.ts");
  const { format, seed, numRequests: requests, to } = flags;
  const { report, written, inputs } = workloadNamed(name, { format, seed, requests });
  refuseClashes([flags.json, to], inputs);
  const unwritten = to === undefined ? [] : writeTrace(to, written());
  if (flags.json !== undefined) writeJson(flags.json, report);
  if (flags.quiet === true) return;
  for (const warning of [...report.warnings, ...unwritten])
    process.stderr.write(`warning: ${warning}\n`);
  if (flags.json !== "-") {
    process.stdout.write(workloadText(name, report, paintFor(process.stdout, flags.color)));
  }
}

function numberFromOne(text: string): number {
  if (/^[1-9]\d{0,7}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number from 1 to 99999999.");
}
