import { join } from "node:path";
import type { Command } from "commander";
import { refuseClashes } from "./clashes.ts";

interface ReportFlags {
  readonly output: string;
}

export function addReport(program: Command): void {
  program
    .command("report")
    .summary("a page of a run, a sweep or a plan, one HTML file that needs no network")
    .description(
      "Writes the page of a run or of a plan from its JSON, or of a sweep from its folder. Power, batch and KV " +
        "cache over time are not in a result: `run --report` draws them, too. docs/formats.md",
    )
    .argument("<result>", "what `run --json` or `plan --json` wrote, or what `sweep --out` named")
    .requiredOption("-o, --output <file>", "write the page there; - is stdout")
    .action(report);
}

async function report(path: string, { output }: ReportFlags): Promise<void> {
  const [{ reportOf }, { writeText }] = await Promise.all([
    import("../experiments/html/reportOf.ts"),
    import("./outputs.ts"),
  ]);
  const tables = ["manifest.json", "results.csv", "results.parquet"];
  refuseClashes([output], [path, ...tables.map((name) => join(path, name))]);
  writeText(output, reportOf(path));
  if (output !== "-") process.stderr.write(`wrote ${output}\n`);
}
