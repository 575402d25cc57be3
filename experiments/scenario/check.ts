import { UserError } from "../errors.ts";
import { overriddenPlaces, parseOverride, snakeCase, withOverrides } from "./overrides.ts";
import { blame, type Places, problemsOf } from "./problems.ts";
import { type ScenarioFile, scenarioJsonSchema, scenarioSchema } from "./schema.ts";
import { memberOf } from "./schemaTree.ts";

export interface ScenarioOptions {
  /** `path.to.key=value`, each in place of the file's value. */
  readonly set?: readonly string[] | undefined;
  readonly seed?: string | undefined;
}

/** A scenario that the schema accepts. */
export interface CheckedScenario {
  readonly scenario: NamedScenario;
  readonly places: Places;
  /** Paths in the scenario are relative to this folder. */
  readonly folder: string;
}

export type NamedScenario = ScenarioFile & { readonly name: string; readonly seed: string };

/** A scenario that is an object already: its problems have keys, and lines where `places` knows them. */
export function checkObject(
  scenario: unknown,
  folder: string,
  places: Places = { placeOfKey: () => undefined, placeOfValue: () => undefined },
): CheckedScenario {
  return checked(scenario, { places, folder, name: "scenario" });
}

interface Origin extends ScenarioOptions {
  readonly places: Places;
  readonly folder: string;
  readonly name: string;
}

/** @throws UserError naming everything that is wrong, by key and by the places that `origin` knows. */
export function checked(given: unknown, origin: Origin): CheckedScenario {
  const { seed } = origin;
  const overrides = [
    ...(origin.set ?? []).map(parseOverride),
    ...(seed === undefined ? [] : [{ path: ["seed"], value: seed, typed: `--seed "${seed}"` }]),
  ];
  const places = overriddenPlaces(origin.places, overrides);
  // Once for the file's keys, which --set may replace, and once for those that --set brings.
  const written = withOverrides(withSnakeCaseEngine(given, places), overrides);
  const value = withSnakeCaseEngine(written, places);
  const parsed = scenarioSchema.safeParse(value);
  if (!parsed.success) {
    const schema = scenarioJsonSchema();
    throw new UserError(problemsOf(parsed.error.issues, { schema, value, places }));
  }
  const { data } = parsed;
  return {
    scenario: { ...data, name: data.name ?? origin.name, seed: String(data.seed) },
    places,
    folder: origin.folder,
  };
}

/** @throws UserError where a key is given twice, in both spellings. */
export function withSnakeCaseEngine(value: unknown, places: Places): unknown {
  const engine = memberOf(value, "engine");
  if (typeof value !== "object" || typeof engine !== "object" || engine === null) return value;
  const renamed = new Map<string, unknown>();
  for (const [key, member] of Object.entries(engine)) {
    const name = snakeCase(key);
    if (renamed.has(name)) {
      const message = `given twice, as ${name} and as ${name.replaceAll("_", "-")}`;
      throw new UserError({ ...blame(["engine", name], places), message });
    }
    renamed.set(name, member);
  }
  return { ...value, engine: Object.fromEntries(renamed) };
}
