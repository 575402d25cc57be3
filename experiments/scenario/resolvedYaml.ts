import { isAbsolute, relative, resolve } from "node:path";
import { stringify } from "yaml";
import { isPath } from "./isPath.ts";
import type { ScenarioFile } from "./schema.ts";

/** Folders that a scenario's paths are and shall be relative to. */
interface Move {
  readonly from: string;
  readonly to: string;
}

/** A resolved scenario as a file that runs again from another folder. */
export function scenarioYaml(scenario: ScenarioFile, move: Move): string {
  const { llm, cluster, engine, workload } = scenario;
  const { speculative } = engine;
  const { trace, lengths } = workload;
  const moved: ScenarioFile = {
    ...scenario,
    llm: movedLlm(llm, move),
    engine: {
      ...engine,
      speculative:
        speculative === null
          ? null
          : {
              ...speculative,
              draft: speculative.draft === null ? null : movedLlm(speculative.draft, move),
            },
    },
    cluster: {
      ...cluster,
      gpu: isPath(cluster.gpu) ? movedPath(cluster.gpu, move) : cluster.gpu,
      pools:
        cluster.pools?.map((pool) => ({
          ...pool,
          gpu: pool.gpu !== null && isPath(pool.gpu) ? movedPath(pool.gpu, move) : pool.gpu,
          llm: pool.llm === null ? null : movedLlm(pool.llm, move),
        })) ?? null,
      calibration: cluster.calibration === null ? null : movedPath(cluster.calibration, move),
    },
    workload: {
      ...workload,
      trace: trace === null ? null : { ...trace, path: movedPath(trace.path, move) },
      lengths:
        lengths === null
          ? null
          : { input: movedLaw(lengths.input, move), output: movedLaw(lengths.output, move) },
    },
  };
  return `# Every default filled in; running this again gives the same result.\n${stringify(moved)}`;
}

function movedLlm(name: string, move: Move): string {
  return isPath(name) ? movedPath(name, move) : name;
}

type Law = NonNullable<ScenarioFile["workload"]["lengths"]>["input"];

function movedLaw(law: Law, move: Move): Law {
  if (law.kind !== "empirical" || law.path === undefined) return law;
  return { ...law, path: movedPath(law.path, move) };
}

/** A relative path keeps a leading dot, by which files are told from catalogue ids. */
function movedPath(path: string, { from, to }: Move): string {
  if (isAbsolute(path)) return path;
  const moved = relative(to, resolve(from, path));
  return moved.startsWith(".") ? moved : `./${moved}`;
}
