import { stringify } from "yaml";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { readText } from "../files.ts";
import { problemsOf } from "../scenario/problems.ts";
import { parseYaml } from "../scenario/yamlFile.ts";
import { changesSchema, type ScenarioChange, type ScenarioChanges } from "./changesSchema.ts";

/** A file that `readChanges` reads, with a line about it. */
export function changesYaml(changes: readonly ScenarioChange[], about: string): string {
  return `# ${about}\n${stringify({ changes })}`;
}

/** @throws UserError naming file, line, column and key of everything wrong with the file. */
export function readChanges(path: string): ScenarioChanges {
  const file = parseYaml(readText(path, {}), path);
  if (file.value === null) {
    const message = "is empty; expected changes: [{at_s, …}, …]";
    throw new UserError({ place: { file: path }, message });
  }
  const parsed = changesSchema.safeParse(file.value);
  if (parsed.success) return { list: parsed.data.changes, places: file };
  const schema = z.toJSONSchema(changesSchema, { io: "input" });
  throw new UserError(problemsOf(parsed.error.issues, { schema, value: file.value, places: file }));
}
