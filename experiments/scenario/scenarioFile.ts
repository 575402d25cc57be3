import { basename, dirname, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { readText } from "../files.ts";
import { type CheckedScenario, checked, type ScenarioOptions } from "./check.ts";
import { parseYaml } from "./yamlFile.ts";

/** @throws UserError naming file, line, column and key of everything wrong with the file. */
export function readScenario(path: string, options: ScenarioOptions): CheckedScenario {
  const file = parseYaml(readText(path, {}), path);
  if (file.value === null) {
    const message = "is empty; expected at least llm, cluster.gpu and workload";
    throw new UserError({ place: { file: path }, message });
  }
  const name = basename(path).replace(/\.(ya?ml|json)$/i, "");
  return checked(file.value, { ...options, places: file, folder: dirname(resolve(path)), name });
}
