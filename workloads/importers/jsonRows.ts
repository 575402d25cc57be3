import { mostTokens } from "./csvTable.ts";
import { jsonTexts } from "./jsonTexts.ts";
import { TraceError } from "./traceError.ts";
import type { TraceLines } from "./traceLines.ts";

/** The rows of a file of JSON objects, one on each line or in a list. */
export interface JsonRows {
  /** Moves to the next row; false at the end. */
  nextRow(): boolean;
  readonly row: number;
  /** The first row, before and after rows were read: what is under a key. */
  opening(): (key: string) => unknown;
  /**
   * The value of a key; undefined where the row lacks it or has null. "usage.prompt_tokens" is a key
   * of what stands under `usage`, unless it is a key as it stands.
   */
  value(key: string): unknown;
  /** A value as a whole number that a column can hold; throws a TraceError where it is none. */
  whole(key: string): number;
  /** A value as a name; undefined where the row has none. */
  name(key: string): string | undefined;
  error(found: { readonly value: unknown; readonly expected: string }): TraceError;
}

type JsonObject = ReadonlyMap<string, unknown>;

export function jsonRows(lines: TraceLines): JsonRows {
  const texts = jsonTexts(lines);
  let row = lines.row;
  let current: JsonObject = new Map();
  const read = (): JsonObject | undefined => {
    const next = texts.next();
    if (next.done === true) return undefined;
    row = next.value.row;
    return objectOn(next.value.text, row);
  };
  let opening: JsonObject | undefined;
  let isOpened = false;
  const error: JsonRows["error"] = ({ value, expected }) => {
    const text = value === undefined ? "" : (JSON.stringify(value) ?? String(value));
    return new TraceError({ row, text, expected });
  };
  const value = (key: string): unknown => valueAt(current, key);
  return {
    opening() {
      opening ??= read();
      const first = opening ?? new Map();
      return (key) => valueAt(first, key);
    },
    nextRow() {
      const next = opening !== undefined && !isOpened ? opening : read();
      isOpened = true;
      if (next !== undefined) current = next;
      return next !== undefined;
    },
    get row() {
      return row;
    },
    value,
    whole(key) {
      const found = value(key);
      if (isWhole(found)) return found;
      const expected = `a whole number of ${key} up to ${mostTokens}`;
      throw error({ value: found, expected });
    },
    name(key) {
      const found = value(key);
      if (found === undefined || found === "") return undefined;
      if (typeof found === "string" || typeof found === "number") return String(found);
      throw error({ value: found, expected: `a name as ${key}` });
    },
    error,
  };
}

export function isWhole(value: unknown): value is number {
  return Number.isInteger(value) && typeof value === "number" && value >= 0 && value <= mostTokens;
}

/** What is under a key of a JSON value; undefined where that is no object or has none. */
export function memberOf(value: unknown, key: string): unknown {
  const isObject = typeof value === "object" && value !== null && Object.hasOwn(value, key);
  return isObject ? (Reflect.get(value, key) ?? undefined) : undefined;
}

function valueAt(row: JsonObject, key: string): unknown {
  const value = row.get(key) ?? undefined;
  if (value !== undefined || !key.includes(".")) return value;
  const [first = "", ...rest] = key.split(".");
  return rest.reduce(memberOf, row.get(first));
}

function objectOn(text: string, row: number): JsonObject {
  const wrong = () => new TraceError({ row, text, expected: "one JSON object on the line" });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong();
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong();
  return new Map(Object.entries(value));
}
