import { type Command, InvalidArgumentError } from "commander";
import type { Result } from "../experiments/report/result.ts";
import type { Progress } from "../experiments/run.ts";
import {
  type OutputFlags,
  type ScenarioFlags,
  withOutputFlags,
  withScenarioFlags,
} from "./flags.ts";
import { Interrupted, interruptible } from "./interrupt.ts";
import type { FormatPaths } from "./outputs.ts";

interface RunFlags extends OutputFlags, ScenarioFlags, FormatPaths {
  readonly out?: string;
  readonly requests?: string;
  readonly timings?: boolean;
  readonly vllmArgs?: string;
  readonly changes?: string;
}

export function addRun(program: Command): void {
  const command = program
    .command("run")
    .summary("simulate once; a summary on stdout, files on request")
    .description("Simulates a scenario once: a summary on stdout, files on request.")
    .argument("[scenario]", "scenario file, as `tokenwatt init` writes one")
    .option(
      "--vllm-args <words>",
      "serve as this command line of vLLM does, in place of what the file says; without a file, " +
        "as scenarios/quickstart.yaml on its GPU (--set cluster.gpu=…)",
    )
    .option(
      "--changes <file>",
      "what changes in the midst of the run, and when: see docs/changes.md",
    )
    .option("--out <dir>", "write result.json, requests.csv and the resolved scenario.yaml there")
    .option("--requests <file>", "write one row for each request: .csv or .parquet")
    .option("--timeseries <file>", "write watts, batch and KV cache over time: .csv or .parquet")
    .option(
      "--period <seconds>",
      "of a row of --timeseries, whole seconds (default 1)",
      wholeNumber,
    )
    .option(
      "--trace <file>",
      "write steps, requests, watts as a Chrome trace, which Perfetto opens",
    )
    .option("--trace-limit <events>", "most events of --trace (default 1000000)", wholeNumber)
    .option("--vllm-json <file>", "write what `vllm bench serve --save-result` would")
    .option("--vllm-detailed", "with each request in --vllm-json, as --save-detailed does")
    .option("--vidur-csv <file>", "write Vidur's request_metrics.csv")
    .option(
      "--prometheus <file>",
      "write metrics by the names of vLLM and of NVIDIA's DCGM exporter",
    )
    .option("--emissions-csv <file>", "write CodeCarbon's emissions.csv")
    .option("--report <file>", "write a page of the run, one HTML file that needs no network")
    .option("--timings", "put wall_s, the seconds that the run took here, into the result");
  withOutputFlags(withScenarioFlags(command)).action(
    async (path: string | undefined, flags: RunFlags) => run(path ?? (await standIn(flags)), flags),
  );
}

async function standIn({ vllmArgs }: RunFlags): Promise<string> {
  if (vllmArgs !== undefined) {
    const { shippedScenario } = await import("../experiments/package.ts");
    return shippedScenario("quickstart.yaml");
  }
  const { UserError } = await import("../experiments/errors.ts");
  throw new UserError({ message: "missing required argument 'scenario'" });
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number from 1 to 999999999.");
}

/** What runs without a command. */
export async function runQuickstart(): Promise<void> {
  const { shippedScenario } = await import("../experiments/package.ts");
  // As the user typed it: through npm in a checkout, or by its name where it is installed.
  const { npm_lifecycle_event: script } = process.env;
  const tokenwatt = script === "start" ? "npm start --" : "tokenwatt";
  const next = ["init my.yaml", "run my.yaml", "list gpus"]
    .map((words) => `${tokenwatt} ${words}`)
    .join("; ");
  await run(shippedScenario("quickstart.yaml"), { color: true }, next);
}

/** A run with its summary. */
export async function run(path: string, flags: RunFlags, next?: string): Promise<void> {
  const [
    { filesRead, loadScenario },
    { runScenario },
    { openOutputs },
    { progressLine, progressText },
  ] = await Promise.all([
    import("../experiments/scenario/load.ts"),
    import("../experiments/run.ts"),
    import("./outputs.ts"),
    import("./progress.ts"),
  ]);
  await interruptible(async (signal) => {
    const set = [...(await servedAs(flags)), ...(flags.set ?? [])];
    const loaded = await withChanges(loadScenario(path, { ...flags, set }), flags);
    const changes = flags.changes === undefined ? [] : [flags.changes];
    const outputs = openOutputs(flags, [path, ...filesRead(loaded), ...changes]);
    const line = progressLine(flags.quiet === true);
    let last: Progress | undefined;
    try {
      const result = await runScenario(loaded, {
        signal,
        timings: flags.timings,
        ...outputs.hooks,
        onOverload: (warning) => line.say(`warning: ${warning}`),
        onProgress: (progress) => {
          last = progress;
          line.show(progress);
        },
      });
      line.clear();
      outputs.finish(result, loaded.folder);
      await report(result, flags, { files: outputs.names, next });
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      const at = last === undefined ? "" : ` at ${progressText(last)}`;
      throw new Interrupted(`interrupted${at}; nothing was written`);
    } finally {
      line.clear();
      outputs.discard();
    }
  });
}

async function withChanges<Loaded>(loaded: Loaded, { changes }: RunFlags) {
  if (changes === undefined) return loaded;
  const { readChanges } = await import("../experiments/changes/changesFile.ts");
  return { ...loaded, changes: readChanges(changes) };
}

/** The values of --vllm-args; --set has the last word. */
async function servedAs({ vllmArgs: words, quiet }: RunFlags): Promise<readonly string[]> {
  if (words === undefined) return [];
  const { vllmArgs } = await import("../experiments/scenario/vllmArgs.ts");
  const { set, ignored } = vllmArgs(words);
  if (ignored.length > 0 && quiet !== true) {
    process.stderr.write(`no part in the simulation: ${ignored.join(", ")}\n`);
  }
  return set;
}

interface Around {
  readonly files: readonly string[];
  readonly next: string | undefined;
}

async function report(result: Result, flags: RunFlags, { files, next }: Around): Promise<void> {
  const { stdout, stderr } = process;
  if (flags.json === "-") {
    stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    if (flags.quiet === true) return;
    for (const warning of result.warnings) stderr.write(`warning: ${warning}\n`);
    return;
  }
  if (flags.quiet === true) return;
  const { summary } = await import("../experiments/report/summary.ts");
  const { paintFor } = await import("./terminal.ts");
  stdout.write(summary(result, { paint: paintFor(stdout, flags.color), next }));
  if (files.length > 0) stderr.write(`wrote ${files.join(", ")}\n`);
}
