import { Argument, type Command } from "commander";
import { type OutputFlags, withOutputFlags } from "./flags.ts";

export function addShow(program: Command): void {
  const command = program
    .command("show")
    .summary("one entry of the catalogue, with the source of every number")
    .description("Shows one entry of the catalogue whole, with the source of every number.")
    .addArgument(new Argument("<kind>", "what it is").choices(["gpu", "llm"]))
    .argument(
      "<id>",
      "its name, as `tokenwatt list` has it; of an llm also a path to a config.json",
    );
  withOutputFlags(command).action(show);
}

async function show(kind: "gpu" | "llm", id: string, flags: OutputFlags): Promise<void> {
  const { entryOf, entryText } = await import("../experiments/catalogue.ts");
  const { writeJson } = await import("./outputs.ts");
  const { refuseClashes } = await import("./clashes.ts");
  refuseClashes([flags.json], [id]);
  const entry = entryOf(kind, id);
  if (flags.json !== undefined) writeJson(flags.json, entry);
  if (flags.json === "-" || flags.quiet === true) return;
  process.stdout.write(entryText(entry));
}
