import { type Command, InvalidArgumentError } from "commander";
import {
  type OutputFlags,
  type ScenarioFlags,
  withOutputFlags,
  withScenarioFlags,
} from "./flags.ts";

interface StepFlags extends OutputFlags, ScenarioFlags {
  readonly batch: number;
  readonly context: number;
  readonly prefill: number;
}

export function addStep(program: Command): void {
  const command = program
    .command("step")
    .summary("one engine step, priced term by term, for checking by hand")
    .description("Prices one step of one replica term by term, for checking by hand.")
    .argument("<scenario>", "scenario file; its workload is not looked at")
    .requiredOption("--batch <n>", "sequences that decode one token each", wholeNumber)
    .requiredOption("--context <n>", "tokens that each of them attends to", wholeNumber)
    .option(
      "--prefill <n>",
      "tokens of a prompt that is prefilled in the same step",
      wholeNumber,
      0,
    );
  withOutputFlags(withScenarioFlags(command)).action(step);
}

async function step(path: string, flags: StepFlags): Promise<void> {
  const { filesRead, loadScenario } = await import("../experiments/scenario/load.ts");
  const { stepReport } = await import("../experiments/step.ts");
  const { stepText } = await import("../experiments/report/stepText.ts");
  const { paintFor } = await import("./terminal.ts");
  const { writeJson } = await import("./outputs.ts");
  const { refuseClashes } = await import("./clashes.ts");
  const loaded = loadScenario(path, flags);
  refuseClashes([flags.json], [path, ...filesRead(loaded)]);
  const report = stepReport(loaded, {
    batch: flags.batch,
    contextTokens: flags.context,
    prefillTokens: flags.prefill,
  });
  if (flags.json !== undefined) writeJson(flags.json, report);
  if (flags.json === "-" || flags.quiet === true) return;
  process.stdout.write(stepText(report, paintFor(process.stdout, flags.color)));
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number from 0.");
}
