import { type Command, InvalidArgumentError } from "commander";

/** Flags of every command that prints a result. */
export interface OutputFlags {
  readonly json?: string;
  readonly quiet?: boolean;
  readonly color: boolean;
}

/** Flags of every command that reads a scenario. */
export interface ScenarioFlags {
  readonly set?: readonly string[];
  readonly seed?: string;
}

export function withOutputFlags(command: Command): Command {
  return command
    .option("--json <file>", "write the result as JSON; - is stdout, alone")
    .option("--quiet", "print nothing but errors and what --json - asks for")
    .option("--no-color", "no colour, as with NO_COLOR=1");
}

export function withScenarioFlags(command: Command): Command {
  return command
    .option(
      "--set <path=value>",
      "use this value in place of the file's (repeatable), as engine.max_num_seqs=64",
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option("--seed <seed>", "in place of the file's");
}

/** Of --jobs. */
export function parseJobs(text: string): number {
  const isCount = /^\d{1,4}$/.test(text) && Number(text) > 0;
  if (isCount) return Number(text);
  throw new InvalidArgumentError("Expected a whole number from 1 to 9999.");
}
