import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import type { Command } from "commander";
import { RunError } from "../experiments/errors.ts";
import type { LoadedPlan } from "../experiments/plan/planFile.ts";
import type { PlanReport } from "../experiments/plan/planReport.ts";
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
  readonly out?: string;
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
    .option("--csv <file>", "write a line for each choice; - is stdout, alone")
    .option("--out <dir>", "takes plan.json, plan.csv and best.yaml, the best as a scenario");
  withOutputFlags(withScenarioFlags(command)).action(plan);
}

async function plan(path: string, flags: PlanFlags): Promise<void> {
  const [{ loadPlan }, { openPlanOutputs }, { bestOf }] = await Promise.all([
    import("../experiments/plan/planFile.ts"),
    import("./planOutputs.ts"),
    import("../experiments/plan/planReport.ts"),
  ]);
  const loaded = loadPlan(path, flags);
  const read = loaded.inputs.map((input) => resolve(loaded.plan.folder, input.path));
  const outputs = openPlanOutputs(flags, [path, ...read]);
  try {
    const report = await answered(loaded, flags);
    outputs.finish(report);
    await show(report, flags);
    if (bestOf(report) === undefined) throw new RunError("no choice keeps the slo");
  } finally {
    outputs.discard();
  }
}

async function answered(loaded: LoadedPlan, flags: PlanFlags): Promise<PlanReport> {
  const [{ studyPlan }, { planReport }, { sweepProgress }] = await Promise.all([
    import("../experiments/plan/runPlan.ts"),
    import("../experiments/plan/planReport.ts"),
    import("./sweepProgress.ts"),
  ]);
  const line = sweepProgress(flags.quiet === true, "choices");
  const { jobs } = flags;
  try {
    return await interruptible(async (signal) =>
      planReport(loaded, await studyPlan(loaded.plan, { jobs, signal, onProgress: line.show })),
    );
  } finally {
    line.clear();
  }
}

async function show(report: PlanReport, { json, csv, quiet, color }: PlanFlags): Promise<void> {
  if (json === "-" || csv === "-" || quiet === true) return;
  const [{ planText }, { paintFor }] = await Promise.all([
    import("../experiments/plan/planText.ts"),
    import("./terminal.ts"),
  ]);
  const { stdout } = process;
  const columns = stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY;
  stdout.write(planText(report, { paint: paintFor(stdout, color), columns }));
}
