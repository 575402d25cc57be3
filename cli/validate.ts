import type { Command } from "commander";
import { RunError } from "../experiments/errors.ts";
import { writeWhole } from "../experiments/files.ts";
import type { Validation } from "../experiments/validate/validate.ts";
import { refuseClashes } from "./clashes.ts";
import { type OutputFlags, withOutputFlags } from "./flags.ts";
import { interruptible } from "./interrupt.ts";

interface ValidateFlags extends OutputFlags {
  readonly suite?: string;
  readonly csv?: string;
  readonly markdown?: string;
}

export function addValidate(program: Command): void {
  const command = program
    .command("validate")
    .summary("predicted against measured, for every measured row shipped")
    .description(
      "Simulates every measured row that ships, as it was measured, and prints the errors. " +
        "Exit code 1 where a promise of docs/validation.md is missed.",
    )
    .option("--suite <name>", "only the rows of one suite")
    .option("--csv <file>", "write one row for each measured figure")
    .option("--markdown <file>", "write the tables as docs/validation.md has them");
  withOutputFlags(command).action(run);
}

async function run(flags: ValidateFlags): Promise<void> {
  const [{ publishedRuns }, { suites }, { validate }, { shippedBaselines }] = await Promise.all([
    import("../experiments/measured/published.ts"),
    import("../experiments/measured/measuredRun.ts"),
    import("../experiments/validate/validate.ts"),
    import("../experiments/validate/baselines.ts"),
  ]);
  refuseClashes([flags.csv, flags.markdown, flags.json], []);
  const runs = publishedRuns(flags.suite);
  const complete = suites.filter((suite) => flags.suite === undefined || suite === flags.suite);
  const onProgress = progress(flags);
  const validation = await interruptible((signal) =>
    validate(runs, { baselines: shippedBaselines, complete, signal, onProgress }),
  );
  await report(validation, flags);
  const missed = validation.gates.filter(({ isKept }) => isKept === false).length;
  if (missed > 0) {
    throw new RunError(
      `${missed} of ${validation.gates.length} promises are missed, see the table`,
    );
  }
}

/** How far it is, on stderr, where a person looks. */
function progress({ quiet }: ValidateFlags) {
  const { stderr } = process;
  const isShown = quiet !== true && stderr.isTTY;
  return ({ done, runs }: { done: number; runs: number }) => {
    if (!isShown) return;
    stderr.write(done < runs ? `\r${done} of ${runs} rows\u001b[K` : "\r\u001b[K");
  };
}

async function report(validation: Validation, flags: ValidateFlags): Promise<void> {
  const [{ reportTables }, { reportText }, { validationMarkdown }, { study }, { pointsCsv }] =
    await Promise.all([
      import("../experiments/validate/tables.ts"),
      import("../experiments/validate/reportText.ts"),
      import("../experiments/validate/markdown.ts"),
      import("../experiments/validate/study.ts"),
      import("../experiments/validate/pointsCsv.ts"),
    ]);
  const { writeJson } = await import("./outputs.ts");
  const { paintFor } = await import("./terminal.ts");
  const tables = reportTables(validation);
  if (flags.csv !== undefined) writeWhole(flags.csv, pointsCsv(validation));
  if (flags.markdown !== undefined) writeWhole(flags.markdown, validationMarkdown(tables));
  if (flags.json !== undefined) writeJson(flags.json, study(validation));
  if (flags.json === "-" || flags.quiet === true) return;
  const { stdout } = process;
  const columns = stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY;
  stdout.write(reportText(tables, { paint: paintFor(stdout, flags.color), columns }));
}
