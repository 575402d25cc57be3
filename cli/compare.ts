import type { Command } from "commander";
import { refuseClashes, refuseTwoOnStdout } from "./clashes.ts";
import { type OutputFlags, withOutputFlags } from "./flags.ts";

interface CompareFlags extends OutputFlags {
  readonly csv?: string;
}

export function addCompare(program: Command): void {
  const command = program
    .command("compare")
    .summary("two results side by side, and whether they differ by more than is uncertain")
    .description(
      "Puts the results of two runs side by side, figure by figure: what B is of A, whether their " +
        "80 % ranges are apart, and which keys of the scenario differ. docs/sweeps.md",
    )
    .argument("<a>", "a result, as `tokenwatt run --json` writes one")
    .argument("<b>", "another one")
    .option("--csv <file>", "write a line for each figure; - is stdout, alone");
  withOutputFlags(command).action(compare);
}

async function compare(pathA: string, pathB: string, flags: CompareFlags): Promise<void> {
  const [{ readResult }, { comparison }, { comparisonCsv }, { comparisonText }] = await Promise.all(
    [
      import("../experiments/compare/resultFile.ts"),
      import("../experiments/compare/comparison.ts"),
      import("../experiments/compare/comparisonCsv.ts"),
      import("../experiments/compare/comparisonText.ts"),
    ],
  );
  const { json, csv } = flags;
  refuseTwoOnStdout({ "--json": json, "--csv": csv });
  refuseClashes([json, csv], [pathA, pathB]);
  const compared = comparison(readResult(pathA), readResult(pathB));
  const { writeJson, writeText } = await import("./outputs.ts");
  if (json !== undefined) writeJson(json, compared);
  if (csv !== undefined) writeText(csv, comparisonCsv(compared));
  if (json === "-" || csv === "-" || flags.quiet === true) return;
  const { paintFor } = await import("./terminal.ts");
  const { stdout } = process;
  const columns = stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY;
  stdout.write(comparisonText(compared, { paint: paintFor(stdout, flags.color), columns }));
}
