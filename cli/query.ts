import type { Command } from "commander";
import { refuseClashes, refuseTwoOnStdout } from "./clashes.ts";
import { type OutputFlags, withOutputFlags } from "./flags.ts";
import { interruptible } from "./interrupt.ts";

interface QueryFlags extends OutputFlags {
  readonly csv?: string;
}

export function addQuery(program: Command): void {
  const command = program
    .command("query")
    .summary("SQL over the tables of a sweep or a run")
    .description(
      "Asks SQL (DuckDB's) of every .csv and .parquet file in a folder, each a table by the name of " +
        "its file: results of a sweep, requests of a run. docs/sweeps.md",
    )
    .argument("<dir>", "what --out named; or one .csv or .parquet file: its table is results")
    .argument("<sql>", 'as \'select "cluster.gpu", "energy.per_output_token_j" from results\'')
    .option("--csv <file>", "write the answer as CSV; - is stdout, alone");
  withOutputFlags(command).action(query);
}

async function query(path: string, sql: string, flags: QueryFlags): Promise<void> {
  const [{ query }, { answerCsv, answerObjects, answerText }, { writeJson, writeText }] =
    await Promise.all([
      import("../experiments/query/query.ts"),
      import("../experiments/query/answerText.ts"),
      import("./outputs.ts"),
    ]);
  const { json, csv } = flags;
  refuseTwoOnStdout({ "--json": json, "--csv": csv });
  refuseClashes([json, csv], [path]);
  const answer = await interruptible((signal) => query(path, sql, signal));
  if (json !== undefined) writeJson(json, answerObjects(answer));
  if (csv !== undefined) writeText(csv, answerCsv(answer));
  if (json === "-" || csv === "-" || flags.quiet === true) return;
  const { paintFor } = await import("./terminal.ts");
  const { stdout } = process;
  const columns = stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY;
  stdout.write(answerText(answer, { paint: paintFor(stdout, flags.color), columns }));
}
