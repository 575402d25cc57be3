import { join } from "node:path";
import type { Command } from "commander";
import { RunError } from "../experiments/errors.ts";
import { makeFolder, writeWhole } from "../experiments/files.ts";
import type { ChosenFigure } from "../experiments/paper/figures/figures.ts";
import type { PaperStudy } from "../experiments/paper/paper.ts";
import { refuseClashes } from "./clashes.ts";
import { type OutputFlags, withOutputFlags } from "./flags.ts";
import { interruptible } from "./interrupt.ts";

interface PaperFlags extends OutputFlags {
  readonly figure?: string;
  readonly out?: string;
}

export function addPaper(program: Command): void {
  const command = program
    .command("paper")
    .summary("arXiv 2504.17674: every table and figure, simulated beside published")
    .description(
      "Simulates the study that tokenwatt exists for, cell by cell, and holds it beside what was " +
        "published. Exit code 1 where a gate is missed. docs/paper.md reads the results.",
    )
    .option("--figure <id>", "only one: 5, a panel such as 5a, or a table such as T4")
    .option("--out <dir>", "write points.csv there, and paper.html with the figures redrawn");
  withOutputFlags(command).action(run);
}

async function run(flags: PaperFlags): Promise<void> {
  const { chosenFigures } = await import("../experiments/paper/figures/figures.ts");
  const figures = chosenFigures(flags.figure);
  const { out } = flags;
  const files = out === undefined ? [] : fileNames.map((name) => join(out, name));
  refuseClashes([flags.json, ...files], []);
  const takeBack = out === undefined ? undefined : makeFolder(out);
  const study = await simulated(figures, flags).catch((error) => {
    takeBack?.();
    throw error;
  });
  await report(study, flags);
  const missed = study.gates.filter(({ isKept }) => !isKept).length;
  if (missed > 0) {
    throw new RunError(`${missed} of ${study.gates.length} gates are missed, see the table`);
  }
}

async function simulated(figures: readonly ChosenFigure[], flags: PaperFlags): Promise<PaperStudy> {
  const { runPaper } = await import("../experiments/paper/paper.ts");
  const onProgress = progress(flags);
  return interruptible((signal) => runPaper(figures, { signal, onProgress }));
}

/** How far it is, on stderr, where a person looks. */
function progress({ quiet }: PaperFlags) {
  const { stderr } = process;
  const isShown = quiet !== true && stderr.isTTY;
  return ({ done, cells }: { done: number; cells: number }) => {
    if (!isShown || (done % 20 !== 0 && done < cells)) return;
    stderr.write(done < cells ? `\r${done} of ${cells} cells\u001b[K` : "\r\u001b[K");
  };
}

async function report(study: PaperStudy, flags: PaperFlags): Promise<void> {
  const [{ paperTables }, { studyJson }, { pointsCsv }, { paperPage }, { reportText }] =
    await Promise.all([
      import("../experiments/paper/tables.ts"),
      import("../experiments/paper/studyJson.ts"),
      import("../experiments/paper/pointsCsv.ts"),
      import("../experiments/paper/html/page.ts"),
      import("../experiments/validate/reportText.ts"),
    ]);
  const { writeJson } = await import("./outputs.ts");
  const { paintFor } = await import("./terminal.ts");
  if (flags.out !== undefined) {
    const page = paperPage(study);
    writeFolder(flags.out, { "points.csv": pointsCsv(study.points), "paper.html": page });
  }
  if (flags.json !== undefined) writeJson(flags.json, studyJson(study));
  if (flags.json === "-" || flags.quiet === true) return;
  const { stdout } = process;
  const columns = stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY;
  stdout.write(
    reportText(paperTables(study).toReversed(), { paint: paintFor(stdout, flags.color), columns }),
  );
}

const fileNames = ["points.csv", "paper.html"] as const;

function writeFolder(
  folder: string,
  texts: Readonly<Record<(typeof fileNames)[number], string>>,
): void {
  for (const name of fileNames) writeWhole(join(folder, name), texts[name]);
}
