import { type Command, Option } from "commander";
import { type OutputFlags, withOutputFlags } from "./flags.ts";

interface WorkloadFlags extends OutputFlags {
  readonly format: "auto" | "azure" | "mooncake" | "vidur";
}

export function addWorkload(program: Command): void {
  const command = program
    .command("workload")
    .summary("what is in a trace or a data set")
    .description("Tells what is in a trace file or a built-in data set: rates, lengths, prefixes.")
    .argument(
      "<file|id>",
      "a trace, or the name of a data set as `tokenwatt list workloads` has it",
    )
    .addOption(
      new Option("--format <format>", "of the file")
        .choices(["auto", "azure", "mooncake", "vidur"])
        .default("auto"),
    );
  withOutputFlags(command).action(workload);
}

async function workload(name: string, flags: WorkloadFlags): Promise<void> {
  const { workloadReport } = await import("../experiments/workload.ts");
  const { workloadText } = await import("../experiments/report/workloadText.ts");
  const { refuseClashes } = await import("./clashes.ts");
  const { writeJson } = await import("./outputs.ts");
  const { paintFor } = await import("./terminal.ts");
  refuseClashes([flags.json], [name]);
  const report = workloadReport(name, flags.format);
  if (flags.json !== undefined) writeJson(flags.json, report);
  if (flags.quiet === true) return;
  for (const warning of report.warnings) process.stderr.write(`warning: ${warning}\n`);
  if (flags.json !== "-") {
    process.stdout.write(workloadText(name, report, paintFor(process.stdout, flags.color)));
  }
}
