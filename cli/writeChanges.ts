import { existsSync } from "node:fs";
import { changesYaml } from "../experiments/changes/changesFile.ts";
import type { ScenarioChange } from "../experiments/changes/changesSchema.ts";
import { currentScenario } from "../experiments/changes/currentScenario.ts";
import { UserError } from "../experiments/errors.ts";
import { writeWhole } from "../experiments/files.ts";
import { loadScenario } from "../experiments/scenario/load.ts";
import type { ScenarioFlags } from "./flags.ts";

/** What is watched: a scenario, as flags changed it before it began. */
interface Source {
  readonly path: string;
  readonly flags: ScenarioFlags;
}

/**
 * Into the working folder, under names that are free: the scenario as now changed, and the changes, by which `run` repeats
 * what was seen. Tells the files, or why nothing was written.
 */
export function writeChanges(
  name: string,
  { path, flags }: Source,
  changes: readonly ScenarioChange[],
): string {
  if (changes.length === 0) return "nothing was changed yet: c C r R x a p change something";
  let place = 1;
  const scenarioName = () => `${name}-changed-${place}.yaml`;
  const changesName = () => `${name}-changes-${place}.yaml`;
  while (existsSync(scenarioName()) || existsSync(changesName())) place++;
  try {
    const scenario = currentScenario(loadScenario(path, flags), changes, process.cwd());
    const words = ["run", path, ...repeated(flags), "--changes", changesName()];
    const command = ["tokenwatt", ...words.map(quoted)].join(" ");
    writeWhole(changesName(), changesYaml(changes, `Repeats what was watched: ${command}`));
    writeWhole(scenarioName(), scenario);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return `wrote ${scenarioName()} and ${changesName()}, for run --changes`;
}

/** What a command line has to say again. */
function repeated({ set = [], seed }: ScenarioFlags): string[] {
  const seeded = seed === undefined ? [] : ["--seed", String(seed)];
  return [...set.flatMap((assignment) => ["--set", assignment]), ...seeded];
}

/** As a POSIX shell takes it as one word. */
function quoted(word: string): string {
  return /^[\w./=:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
