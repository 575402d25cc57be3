import type { z } from "zod";
import type { Place, Problem } from "../errors.ts";
import { suggestion } from "../suggestion.ts";
import { expectedAt, keysAt, memberOf, wordsAt } from "./schemaTree.ts";
import type { KeyPath } from "./yamlFile.ts";

/** Where keys and values of the user's input stand. */
export interface Places {
  placeOfKey(path: KeyPath): Place | undefined;
  placeOfValue(path: KeyPath): Place | undefined;
  /** How the user calls a key that is looked for at `path`; undefined: just so. */
  pathOf?(path: KeyPath): KeyPath;
}

/** The value at `path` as the one at fault. */
export function blame(path: KeyPath, places: Places): { place: Place | undefined; key: string } {
  return { place: places.placeOfValue(path), key: (places.pathOf?.(path) ?? path).join(".") };
}

interface Checked {
  readonly schema: z.core.JSONSchema.JSONSchema;
  readonly value: unknown;
  readonly places: Places;
}

/** What zod found, in the user's words: key, place, what was expected, the nearest name. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], checked: Checked): Problem[] {
  return issues.flatMap((issue) => problemsOfIssue(issue, checked)).sort(byPlace);
}

function problemsOfIssue(issue: z.core.$ZodIssue, checked: Checked): Problem[] {
  const path = issue.path.map((key) => (typeof key === "number" ? key : String(key)));
  switch (issue.code) {
    case "unrecognized_keys":
      return unknownKeys(
        issue.keys.map((key) => [...path, key]),
        checked,
      );
    case "custom":
      return [{ ...blame(path, checked.places), message: issue.message }];
    default:
      return [wrongValue(path, checked)];
  }
}

/** The complaint about a key that doesn't exist; undefined where every key of `path` does. */
export function unknownKeyIn(path: KeyPath, checked: Checked): Problem | undefined {
  for (const [depth, key] of path.entries()) {
    const known = keysAt(checked.schema, path.slice(0, depth), checked.value);
    if (!known.includes(String(key))) return unknownKey(path.slice(0, depth + 1), checked);
  }
  return undefined;
}

const mostUnknown = 5;

/** A file of another kind has unknown keys by the hundred: the first tell it. */
function unknownKeys(paths: readonly KeyPath[], checked: Checked): Problem[] {
  const shown = paths.slice(0, mostUnknown).map((path) => unknownKey(path, checked));
  const [next] = paths.slice(mostUnknown);
  if (next === undefined) return shown;
  const message = `and ${paths.length - mostUnknown} more unknown keys; is this the file you meant?`;
  return [...shown, { place: checked.places.placeOfKey(next), message }];
}

function unknownKey(path: KeyPath, { schema, value, places }: Checked): Problem {
  const known = keysAt(schema, path.slice(0, -1), value);
  const nearest = suggestion(String(path.at(-1)), known);
  return {
    place: places.placeOfKey(path),
    key: path.join("."),
    message: `unknown key${nearest}`,
    hint: nearest === "" && known.length > 0 ? `keys known here: ${known.join(", ")}` : undefined,
  };
}

function wrongValue(path: KeyPath, { schema, value, places }: Checked): Problem {
  const given = path.reduce(memberOf, value);
  const expected = expectedAt(schema, path, value);
  const words = wordsAt(schema, path, value);
  const nearest = typeof given === "string" ? suggestion(given, words) : "";
  const message =
    given === undefined
      ? `missing; expected ${expected}`
      : `expected ${expected}, got ${shown(given)}${nearest}`;
  return { ...blame(path, places), message };
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (value === "") return "an empty text";
  if (typeof value === "object" && value !== null) return "a block of keys";
  return typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
}

function byPlace(a: Problem, b: Problem): number {
  const line = (a.place?.line ?? 0) - (b.place?.line ?? 0);
  return line !== 0 ? line : (a.place?.column ?? 0) - (b.place?.column ?? 0);
}
