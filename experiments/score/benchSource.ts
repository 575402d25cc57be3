import { UserError } from "../errors.ts";
import { memberOf } from "../scenario/schemaTree.ts";
import { type KeyPath, parseYaml } from "../scenario/yamlFile.ts";
import { suggestion } from "../suggestion.ts";

/** A parsed JSON file that knows where its keys stand. */
export interface JsonSource {
  readonly file: string;
  readonly value: unknown;
  at(path: KeyPath): unknown;
  /** undefined where it is absent or null. @throws UserError where it is anything else than a number from 0 on. */
  number(path: KeyPath): number | undefined;
  /** @throws UserError where it is absent, too. */
  needed(path: KeyPath): number;
  error(path: KeyPath, message: string): UserError;
}

export function sourceOf(file: string, value: unknown, text: string): JsonSource {
  const at = (path: KeyPath) => path.reduce<unknown>(memberOf, value);
  const error = (path: KeyPath, message: string) => {
    if (path.length === 0) return new UserError({ place: { file }, message });
    // Positions are worth a second, slower reading only where something is wrong.
    const place = parseYaml(text, file, "JSON").placeOfValue(path);
    return new UserError({ place, key: path.join("."), message });
  };
  const number = (path: KeyPath) => {
    const found = at(path);
    if (found === undefined || found === null) return undefined;
    if (typeof found === "number" && Number.isFinite(found) && found >= 0) return found;
    throw error(path, `expected a number >= 0, got ${JSON.stringify(found)}`);
  };
  return {
    file,
    value,
    at,
    number,
    error,
    needed(path) {
      const found = number(path);
      if (found !== undefined) return found;
      const beside = Object.keys(Object(at(path.slice(0, -1))));
      const similar = suggestion(String(path.at(-1)), beside);
      throw error(path, `missing; expected a number${similar}`);
    },
  };
}
