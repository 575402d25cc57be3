import { parse } from "yaml";
import { type Place, UserError } from "../errors.ts";
import { type Places, unknownKeyIn } from "./problems.ts";
import { scenarioJsonSchema } from "./schema.ts";
import { memberOf } from "./schemaTree.ts";
import { type KeyPath, reason } from "./yamlFile.ts";

/** A value given on the command line in place of the file's. */
export interface Override {
  readonly path: KeyPath;
  readonly value: unknown;
  /** As it was typed: where a problem with it is reported. */
  readonly typed: string;
}

/** `path.to.key=value`, the value read as YAML. */
export function parseOverride(text: string): Override {
  const typed = `--set ${text}`;
  const place = { file: typed };
  const equals = text.indexOf("=");
  if (equals < 1) throw new UserError({ place, message: "expected path.to.key=value" });
  const path = pathOf(text.slice(0, equals));
  try {
    return { path, value: parse(text.slice(equals + 1)), typed };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new UserError({ place, key: path.join("."), message: reason(text) });
  }
}

/** Of path.to.key. */
export function pathOf(text: string): string[] {
  const path = text.trim().split(".");
  if (path[0] === "engine") path.splice(1, 1, ...path.slice(1, 2).map(snakeCase));
  return path;
}

/** vLLM's command line writes its arguments with hyphens, its files with underscores. */
export function snakeCase(key: string): string {
  return key.replaceAll("-", "_");
}

/** @throws UserError naming the nearest key where a path leads nowhere. */
export function withOverrides(value: unknown, overrides: readonly Override[]): unknown {
  return overrides.reduce<unknown>((changed, override) => {
    const typedPlace = { file: override.typed };
    const places = { placeOfKey: () => typedPlace, placeOfValue: () => typedPlace };
    const result = replaced(changed, override.path, override.value);
    const problem = unknownKeyIn(override.path, {
      schema: scenarioJsonSchema(),
      value: result,
      places,
    });
    if (problem !== undefined) throw new UserError(problem);
    return result;
  }, value);
}

/** Places in the file, or on the command line for what was overridden there. */
export function overriddenPlaces(places: Places, overrides: readonly Override[]): Places {
  const typedPlace = (path: KeyPath): Place | undefined => {
    const last = overrides.findLast((one) => one.path.every((key, depth) => key === path[depth]));
    return last === undefined ? undefined : { file: last.typed };
  };
  return {
    placeOfKey: (path) => typedPlace(path) ?? places.placeOfKey(path),
    placeOfValue: (path) => typedPlace(path) ?? places.placeOfValue(path),
  };
}

/** A copy with another value at `path`; what it shares with the old one is not copied. */
export function replaced(value: unknown, path: KeyPath, leaf: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return leaf;
  if (Array.isArray(value) && Number(key) < value.length) {
    return value.with(Number(key), replaced(value[Number(key)], rest, leaf));
  }
  const members = typeof value === "object" && value !== null ? Object.entries(value) : [];
  // From entries, so that a key named __proto__ is a key like any other.
  return Object.fromEntries([...members, [key, replaced(memberOf(value, key), rest, leaf)]]);
}
