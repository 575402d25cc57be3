import { Argument, type Command } from "commander";

export function addSchema(program: Command): void {
  program
    .command("schema")
    .summary("JSON Schema, so that editors complete and check YAML")
    .description("Prints the JSON Schema of a file, so that editors complete and check it.")
    .addArgument(
      new Argument("[file]", "which file; of measurements one row")
        .choices(["scenario", "sweep", "plan", "gpu", "measurements"])
        .default("scenario"),
    )
    .action(async (file: "scenario" | "sweep" | "plan" | "gpu" | "measurements") => {
      const { jsonSchemas } = await import("../experiments/schemas.ts");
      process.stdout.write(`${JSON.stringify(jsonSchemas[file](), null, 2)}\n`);
    });
}
