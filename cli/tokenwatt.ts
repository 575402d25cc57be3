import { Command, CommanderError } from "commander";
import { RunError, UserError } from "../experiments/errors.ts";
import { shippedScenario, tokenwattVersion } from "../experiments/package.ts";
import { addCalibrate } from "./calibrate.ts";
import { addCompare } from "./compare.ts";
import { addCompletion } from "./completion.ts";
import { addInit } from "./init.ts";
import { Interrupted } from "./interrupt.ts";
import { addList } from "./list.ts";
import { addMerge } from "./merge.ts";
import { addPaper } from "./paper.ts";
import { addPlan } from "./plan.ts";
import { addQuery } from "./query.ts";
import { addReport } from "./report.ts";
import { addRun, runQuickstart } from "./run.ts";
import { addSchema } from "./schema.ts";
import { addScore } from "./score.ts";
import { addShow } from "./show.ts";
import { addStep } from "./step.ts";
import { addSweep } from "./sweep.ts";
import { paintFor } from "./terminal.ts";
import { addValidate } from "./validate.ts";
import { addWatch } from "./watch.ts";
import { addWorkload } from "./workload.ts";

const exitCodes = { done: 0, failed: 1, wrongInput: 2, interrupted: 130 } as const;

/** Does what the words of a command line ask for, and tells the exit code; never throws. */
export async function tokenwatt(words: readonly string[]): Promise<number> {
  try {
    if (words.length === 0) await runQuickstart();
    else await program().parseAsync(withCommand(words), { from: "user" });
    return exitCodes.done;
  } catch (error) {
    return reported(error, words);
  }
}

/** Flags without a command are those of the run that a bare `tokenwatt` makes. */
function withCommand(words: readonly string[]): readonly string[] {
  const [first = ""] = words;
  const isAboutTokenwatt = ["-h", "--help", "-V", "--version"].includes(first);
  if (isAboutTokenwatt || !first.startsWith("-")) return words;
  return ["run", shippedScenario("quickstart.yaml"), ...words];
}

function program(): Command {
  const root = new Command("tokenwatt")
    .description("Simulates LLM serving: joules, watts, latency and money, without hardware.")
    .version(tokenwattVersion())
    .usage("<command> [arguments]")
    .addHelpText(
      "after",
      "\nWithout a command: runs scenarios/quickstart.yaml, with the flags of run.",
    )
    .exitOverride();
  const sweeping = [addSweep, addMerge, addPlan, addQuery];
  const judging = [addCompare, addScore, addReport];
  const looking = [addRun, addStep, addList, addShow, addWorkload];
  const starting = [addInit, addSchema, addCompletion];
  const all = [...sweeping, ...judging, ...looking, ...starting, addValidate, addPaper];
  for (const add of all) add(root);
  addWatch(root);
  addCalibrate(root, () => import("../experiments/calibrate/endToEnd/calibrateMeasurements.ts"));
  return root;
}

/** Says on stderr what went wrong, and tells the exit code. */
function reported(error: unknown, words: readonly string[]): number {
  const paint = paintFor(process.stderr, !words.includes("--no-color"));
  const say = (text: string) => process.stderr.write(`${paint.bad("error:")} ${text}\n`);
  if (error instanceof CommanderError) {
    // commander has printed its message; help and version that were asked for are no errors.
    return error.exitCode === 0 ? exitCodes.done : exitCodes.wrongInput;
  }
  if (error instanceof Interrupted) {
    process.stderr.write(`${error.message}\n`);
    return exitCodes.interrupted;
  }
  if (error instanceof UserError) {
    say(error.message);
    return exitCodes.wrongInput;
  }
  if (error instanceof RunError) {
    say(error.message);
    return exitCodes.failed;
  }
  const text = error instanceof Error ? error.message : String(error);
  say(
    `${text}\n  This is a fault of tokenwatt. Please report it with the command and the scenario.`,
  );
  const { TOKENWATT_DEBUG } = process.env;
  if (TOKENWATT_DEBUG === "1" && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  return exitCodes.failed;
}
