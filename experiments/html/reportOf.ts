import { z } from "zod";
import { readResult } from "../compare/resultFile.ts";
import { UserError } from "../errors.ts";
import { isFolder, readText } from "../files.ts";
import { problemsOf } from "../scenario/problems.ts";
import { memberOf } from "../scenario/schemaTree.ts";
import { parseYaml } from "../scenario/yamlFile.ts";
import { planPage } from "./planPage.ts";
import { runPage } from "./runPage.ts";
import { sweepPage } from "./sweepPage.ts";
import { readSweep } from "./sweepRows.ts";

const reported = {
  what: "tokenwatt/result@1, tokenwatt/plan@1 or the folder of a sweep",
  hint: "run --json, plan --json and sweep --out write them",
};

/**
 * The page of a run or a plan, by its JSON, or of a sweep, by its folder.
 * @throws UserError where it is none of these.
 */
export function reportOf(path: string): string {
  if (isFolder(path)) return sweepPage(readSweep(path));
  const text = readText(path, {});
  if (!/"schema"\s*:\s*"tokenwatt\/plan@/.test(text.slice(0, 200))) {
    return runPage(readResult(path, reported).value, undefined);
  }
  return planPage(storedPlan(text, path));
}

const figure = z.number().nullable();
const head = z.looseObject({
  schema: z.literal("tokenwatt/plan@1"),
  tokenwatt_version: z.string(),
  plan: z.string(),
  objective: z.string(),
  unit: z.string(),
  slo: z.record(z.string(), z.unknown()),
  notes: z.array(z.string()),
  choices: z.array(
    z.looseObject({
      values: z.record(z.string(), z.unknown()),
      verdict: z.string(),
      why: z.string(),
      objective: z.looseObject({ value: figure }).nullable(),
      gpus: figure,
      replicas: figure,
    }),
  ),
});

function storedPlan(text: string, path: string): unknown {
  const file = parseYaml(text, path, "JSON");
  const parsed = head.safeParse(file.value);
  if (!parsed.success) {
    const schema = z.toJSONSchema(head);
    throw new UserError(
      problemsOf(parsed.error.issues, { schema, value: file.value, places: file }),
    );
  }
  if (!Array.isArray(memberOf(file.value, "choices"))) {
    throw new UserError({ place: { file: path }, message: "has no choices" });
  }
  return file.value;
}
