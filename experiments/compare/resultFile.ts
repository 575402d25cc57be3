import { z } from "zod";
import { UserError } from "../errors.ts";
import { readText } from "../files.ts";
import type { Result } from "../report/result.ts";
import { problemsOf } from "../scenario/problems.ts";
import { memberOf } from "../scenario/schemaTree.ts";
import { parseYaml, type YamlFile } from "../scenario/yamlFile.ts";
import { resultColumns } from "../sweep/columns.ts";

const head = z.looseObject({
  schema: z.string(),
  tokenwatt_version: z.string(),
  digest: z.string(),
  seed: z.union([z.string(), z.number()]),
  scenario: z.record(z.string(), z.unknown()),
  requests: z.record(z.string(), z.unknown()),
  energy: z.record(z.string(), z.unknown()),
});

/** A result as `run --json` wrote it, whatever version that was. */
export interface StoredResult {
  readonly file: string;
  readonly schema: string;
  readonly version: string;
  readonly digest: string;
  readonly seed: string;
  readonly scenario: Readonly<Record<string, unknown>>;
  /** All of it; what stands at the path of a figure is a number, null or nothing. */
  readonly value: unknown;
}

/** What is read of a user's file, and what writes it, for the message where it is something else. */
interface Expected {
  readonly what: string;
  readonly hint: string;
}

const aResult: Expected = {
  what: "tokenwatt/result@1",
  hint: "tokenwatt run SCENARIO.yaml --json FILE writes one",
};

/**
 * @param expected where more than a result may stand there.
 * @throws UserError with line, column and key of what no result has.
 */
export function readResult(path: string, expected = aResult): StoredResult {
  const file = parseYaml(readText(path, {}), path, "JSON");
  refuseOthers(file, expected);
  const parsed = head.safeParse(file.value);
  if (!parsed.success) {
    const schema = z.toJSONSchema(head);
    throw new UserError(
      problemsOf(parsed.error.issues, { schema, value: file.value, places: file }),
    );
  }
  refuseWrongFigures(file);
  const { schema, tokenwatt_version: version, digest, seed, scenario } = parsed.data;
  return { file: path, schema, version, digest, seed: String(seed), scenario, value: file.value };
}

/** A result as the file would hold that `run --json` writes of it. */
export function storedResult(result: Result, file: string): StoredResult {
  const value: unknown = JSON.parse(JSON.stringify(result));
  const { schema, tokenwatt_version: version, digest, seed, scenario } = head.parse(value);
  return { file, schema, version, digest, seed: String(seed), scenario, value };
}

function refuseOthers({ file, value }: YamlFile, { what, hint }: Expected): void {
  const schema = memberOf(value, "schema");
  if (typeof schema === "string" && /^tokenwatt\/result@\d+$/.test(schema)) return;
  const found = typeof schema === "string" ? `schema is ${schema}` : "it has no schema";
  throw new UserError({
    place: { file },
    message: `is no result of a run: ${found}; expected ${what}`,
    hint,
  });
}

function refuseWrongFigures(file: YamlFile): void {
  for (const { name, type } of resultColumns) {
    if (type === "STRING" || /\.(low|high)$/.test(name)) continue;
    const path = name.split(".");
    const value = path.reduce(memberOf, file.value);
    if (value === undefined || value === null || Number.isFinite(value)) continue;
    const message = `expected a number or null, got ${JSON.stringify(value) ?? String(value)}`;
    throw new UserError({ place: file.placeOfValue(path), key: name, message });
  }
}
