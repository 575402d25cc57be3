import { Argument, type Command } from "commander";
import type { CatalogueName, Row } from "../experiments/catalogue.ts";
import { type OutputFlags, withOutputFlags } from "./flags.ts";

const names: readonly CatalogueName[] = [
  "gpus",
  "llms",
  "workloads",
  "stacks",
  "schedulers",
  "routers",
];

export function addList(program: Command): void {
  const command = program
    .command("list")
    .summary("what the catalogue has, with sources")
    .description("Lists what the catalogue has, with sources and how well it is calibrated.")
    .addArgument(new Argument("<what>", "which part of it").choices(names));
  withOutputFlags(command).action(list);
}

async function list(what: CatalogueName, flags: OutputFlags): Promise<void> {
  const { catalogues } = await import("../experiments/catalogue.ts");
  const { writeJson } = await import("./outputs.ts");
  const { table } = await import("../experiments/report/table.ts");
  const { paintFor } = await import("./terminal.ts");
  const rows: readonly Row[] = catalogues[what]();
  if (flags.json !== undefined) writeJson(flags.json, rows);
  if (flags.json === "-" || flags.quiet === true) return;
  const { stdout } = process;
  const columns = stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY;
  stdout.write(table(rows, { paint: paintFor(stdout, flags.color), columns }));
}
