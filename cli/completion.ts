import { Argument, type Command } from "commander";
import type { Completable } from "./completionScripts.ts";

const shells = ["bash", "zsh", "fish"] as const;
type Shell = (typeof shells)[number];

export function addCompletion(program: Command): void {
  program
    .command("completion")
    .summary("shell completion, for bash, zsh or fish")
    .description(
      "Prints what makes a shell complete commands, flags and names:\n" +
        "  bash: source <(tokenwatt completion bash)\n" +
        "  zsh:  source <(tokenwatt completion zsh)\n" +
        "  fish: tokenwatt completion fish | source",
    )
    .addArgument(new Argument("<shell>", "which shell").choices(shells))
    .action(async (shell: Shell) => {
      const { completionScript } = await import("./completionScripts.ts");
      process.stdout.write(completionScript(shell, completables(program)));
    });
}

function completables(program: Command): Completable[] {
  return program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    choices: command.registeredArguments[0]?.argChoices ?? [],
    flags: [...command.options, ...helpOf(command)].flatMap(
      ({ long, description, required, optional }) =>
        long ? [{ name: long, description, takesValue: required || optional }] : [],
    ),
  }));
}

/** Every command has it, among no others. */
function helpOf(command: Command) {
  return [command.createOption("-h, --help", "display help for command")];
}
