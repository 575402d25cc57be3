import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { RunError } from "../experiments/errors.ts";
import { refuseClashes, refuseTwoOnStdout } from "./clashes.ts";
import {
  type OutputFlags,
  parseJobs,
  type ScenarioFlags,
  withOutputFlags,
  withScenarioFlags,
} from "./flags.ts";
import { interruptible } from "./interrupt.ts";

interface PlanFlags extends OutputFlags, ScenarioFlags {
  readonly csv?: string;
  readonly jobs: number;
}

export function addPlan(program: Command): void {
  const command = program
    .command("plan")
    .summary("the deployments that keep an slo at least energy, carbon, money or GPUs")
    .description(
      "Finds among choices of GPU, replicas, parallelism, limits … those that keep the slo, and the " +
        "best of them; says why each other lost. docs/plans.md",
    )
    .argument("<plan>", "plan file: a scenario under base, choices with path: [values], slo")
    .option("--jobs <n>", "threads", parseJobs, availableParallelism())
    .option("--csv <file>", "write a line for each choice; - is stdout, alone");
  withOutputFlags(withScenarioFlags(command)).action(plan);
}

async function plan(path: string, flags: PlanFlags): Promise<void> {
  const [{ loadPlan }, { studyPlan }, { planReport, planJson, bestOf }, { sweepProgress }] =
    await Promise.all([
      import("../experiments/plan/planFile.ts"),
      import("../experiments/plan/runPlan.ts"),
      import("../experiments/plan/planReport.ts"),
      import("./sweepProgress.ts"),
    ]);
  const { json, csv, jobs } = flags;
  const report = await interruptible(async (signal) => {
    refuseTwoOnStdout({ "--json": json, "--csv": csv });
    const loaded = loadPlan(path, flags);
    refuseClashes([json, csv], [path, ...loaded.inputs.map((input) => input.path)]);
    const line = sweepProgress(flags.quiet === true, "choices");
    try {
      const onProgress = line.show;
      return planReport(loaded, await studyPlan(loaded.plan, { jobs, signal, onProgress }));
    } finally {
      line.clear();
    }
  });
  const { writeJson, writeText } = await import("./outputs.ts");
  if (json !== undefined) writeJson(json, planJson(report));
  if (csv !== undefined) {
    const { planCsv } = await import("../experiments/plan/planCsv.ts");
    writeText(csv, planCsv(report));
  }
  if (json !== "-" && csv !== "-" && flags.quiet !== true) {
    const [{ planText }, { paintFor }] = await Promise.all([
      import("../experiments/plan/planText.ts"),
      import("./terminal.ts"),
    ]);
    const { stdout } = process;
    const columns = stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY;
    stdout.write(planText(report, { paint: paintFor(stdout, flags.color), columns }));
  }
  if (bestOf(report) === undefined) throw new RunError("no choice keeps the slo");
}
