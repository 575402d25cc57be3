import { basename, dirname, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { readText } from "../files.ts";
import { type ScenarioOptions, withSnakeCaseEngine } from "../scenario/check.ts";
import { overriddenPlaces, replaced, withOverrides } from "../scenario/overrides.ts";
import { problemsOf } from "../scenario/problems.ts";
import { memberOf } from "../scenario/schemaTree.ts";
import { serviceLevels } from "../scenario/serviceLevels.ts";
import { parseYaml, type YamlFile } from "../scenario/yamlFile.ts";
import { axesOf, blockOf, overridesOf, placesUnder, type Varied } from "../sweep/axes.ts";
import { checkPoints } from "../sweep/checkPoints.ts";
import { type Input, inputsDigest } from "../sweep/inputs.ts";
import { canonical, type Sweep, sha256 } from "../sweep/points.ts";
import type { Plan } from "./plan.ts";
import { type PlanInput, type Promised, planJsonSchema, planSchema } from "./planSchema.ts";
import { priceTable } from "./prices.ts";
import { findOf, refusals } from "./refusals.ts";

/** A plan whose every value may stand where the file puts it. */
export interface LoadedPlan {
  readonly plan: Plan;
  /** The file's name. */
  readonly name: string;
  /** Files that the scenarios name. */
  readonly inputs: readonly Input[];
  /** Two plans with one digest are the same, whatever their files are called. */
  readonly digest: string;
}

/** @throws UserError naming file, line, column and key of what is wrong, and which value of a list. */
export function loadPlan(path: string, options: ScenarioOptions = {}): LoadedPlan {
  const file = parseYaml(readText(path, {}), path);
  const given = checked(file);
  const varied: Varied = { block: "choices", lists: given.choices, zip: given.zip };
  const overrides = overridesOf(options, varied);
  const places = overriddenPlaces(placesUnder(file), overrides);
  const written = withOverrides(withSnakeCaseEngine(given.base, places), overrides);
  const promised = promisedOf(given, written);
  const { percentile: _, ...levels } = promised;
  const base = given.slo === undefined ? written : replaced(written, ["slo"], levels);
  const axes = axesOf(varied, file);
  const folder = dirname(resolve(path));
  const choices: Sweep = { base, axes, replications: 1, inputsDigest: "" };
  const refuse = refusals({ file, given, varied, promised, written });
  refuse.beforeChoices(axes);
  const block = (name: string) => blockOf(varied, name);
  const inputs = checkPoints(choices, { folder, file, places, block });
  const plan: Plan = {
    choices: { ...choices, inputsDigest: inputsDigest(inputs) },
    folder,
    find: findOf({ given, varied, promised, written }),
    objective: given.objective,
    promised,
    maxReplicas: given.max_replicas ?? 64,
    powerBudgetW: given.power_budget_w,
    gpuPrices: priceTable(given.gpu_price_per_hour),
  };
  refuse.choices(plan);
  const { folder: _folder, ...named } = plan;
  return { plan, name: basename(path), inputs, digest: sha256(canonical(named)) };
}

function checked(file: YamlFile): PlanInput {
  if (file.value === null) {
    const message = "is empty; expected base, choices and slo";
    throw new UserError({ place: { file: file.file }, message });
  }
  const parsed = planSchema.safeParse(file.value);
  if (parsed.success) return parsed.data;
  const context = { schema: planJsonSchema(), value: file.value, places: file };
  throw new UserError(problemsOf(parsed.error.issues, context));
}

/** The base's own limits count where the plan has none; whether they are right is checked with it. */
function promisedOf({ slo }: PlanInput, base: unknown): Promised {
  if (slo !== undefined) return slo;
  const own = serviceLevels.safeParse(memberOf(base, "slo") ?? {});
  const levels = own.success ? own.data : serviceLevels.parse({});
  return { ...levels, percentile: "p99" };
}
