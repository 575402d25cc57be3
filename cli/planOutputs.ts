import { join, resolve } from "node:path";
import { makeFolder, type PendingFile, pendingFile } from "../experiments/files.ts";
import { planCsv } from "../experiments/plan/planCsv.ts";
import { bestOf, type PlanReport, planJson } from "../experiments/plan/planReport.ts";
import { scenarioYaml } from "../experiments/scenario/resolvedYaml.ts";
import { refuseClashes, refuseTwoOnStdout } from "./clashes.ts";

interface PlanPaths {
  /** - is stdout, of both. */
  readonly json?: string | undefined;
  readonly csv?: string | undefined;
  /** Takes plan.json, plan.csv and best.yaml. */
  readonly out?: string | undefined;
}

/** The files of a plan: each appears whole when the answer is there, or not at all. */
export interface PlanOutputs {
  finish(report: PlanReport): void;
  /** Leaves nothing behind; harmless after finish. */
  discard(): void;
}

/** Opens every file before the first run, so that a bad path costs no time; none may be an input. */
export function openPlanOutputs(
  { json, csv, out }: PlanPaths,
  inputs: readonly string[],
): PlanOutputs {
  refuseTwoOnStdout({ "--json": json, "--csv": csv });
  const inOut = (name: string) => (out === undefined ? [] : [join(out, name)]);
  const given = (path: string | undefined) => (path === undefined ? [] : [path]);
  const jsons = [...given(json), ...inOut("plan.json")];
  const csvs = [...given(csv), ...inOut("plan.csv")];
  const bests = inOut("best.yaml");
  refuseClashes([...jsons, ...csvs, ...bests], inputs);
  const undo: (() => void)[] = [];
  const discard = () => {
    for (const step of undo) step();
  };
  const opened = (path: string): Pick<PendingFile, "write" | "commit"> => {
    if (path === "-") return { write: (text) => process.stdout.write(text), commit: () => {} };
    const file = pendingFile(path);
    undo.unshift(file.discard);
    return file;
  };
  try {
    if (out !== undefined) undo.unshift(makeFolder(out));
    const jsonFiles = jsons.map(opened);
    const csvFiles = csvs.map(opened);
    const bestFiles = bests.map(opened);
    return {
      discard,
      finish(report) {
        for (const file of jsonFiles) file.write(`${JSON.stringify(planJson(report), null, 2)}\n`);
        for (const file of csvFiles) file.write(planCsv(report));
        const best = bestYaml(report, resolve(out ?? ""));
        if (best !== undefined) {
          for (const file of bestFiles) file.write(best);
          for (const file of bestFiles) file.commit();
        }
        for (const file of [...jsonFiles, ...csvFiles]) file.commit();
        discard();
      },
    };
  } catch (error) {
    discard();
    throw error;
  }
}

/** As a scenario that runs again from `to`; undefined where no choice keeps the slo. */
function bestYaml(report: PlanReport, to: string): string | undefined {
  const scenario = bestOf(report)?.studied.result?.scenario;
  return scenario && scenarioYaml(scenario, { from: report.loaded.plan.folder, to });
}
