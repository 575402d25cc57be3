import type { Command } from "commander";

export function addInit(program: Command): void {
  program
    .command("init")
    .summary("a commented scenario to start from")
    .description("Writes a commented scenario: to FILE, which must not exist yet, or to stdout.")
    .argument("[file]", "where to write it")
    .action(async (file?: string) => {
      const { commentedScenario, writeNewFile } = await import("../experiments/template.ts");
      const text = commentedScenario();
      if (file === undefined) {
        process.stdout.write(text);
        return;
      }
      writeNewFile(file, text);
      process.stderr.write(`wrote ${file}; run it with: tokenwatt run ${file}\n`);
    });
}
