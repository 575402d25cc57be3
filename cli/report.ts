import type { Command } from "commander";
import { refuseClashes } from "./clashes.ts";

interface ReportFlags {
  readonly output: string;
}

export function addReport(program: Command): void {
  program
    .command("report")
    .summary("a page of a result, one HTML file that needs no network")
    .description(
      "Writes the page of a run from its result. Power, batch and KV cache over time are not in a " +
        "result: `run --report` draws them, too.",
    )
    .argument("<result>", "a result, as `tokenwatt run --json` writes one")
    .requiredOption("-o, --output <file>", "write the page there; - is stdout")
    .action(report);
}

async function report(path: string, { output }: ReportFlags): Promise<void> {
  const [{ readResult }, { runPage }, { writeText }] = await Promise.all([
    import("../experiments/compare/resultFile.ts"),
    import("../experiments/html/runPage.ts"),
    import("./outputs.ts"),
  ]);
  refuseClashes([output], [path]);
  writeText(output, runPage(readResult(path).value, undefined));
  if (output !== "-") process.stderr.write(`wrote ${output}\n`);
}
