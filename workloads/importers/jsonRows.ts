import { mostTokens } from "./csvTable.ts";
import { TraceError } from "./traceError.ts";
import type { TraceLines } from "./traceLines.ts";

/** The rows of a file with one JSON object on each line. */
export interface JsonRows {
  /** Moves to the next row; false at the end. */
  nextRow(): boolean;
  readonly row: number;
  /** The value of a key; undefined where the row lacks it or has null. */
  value(key: string): unknown;
  /** A value as a whole number that a column can hold; throws a TraceError where it is none. */
  whole(key: string): number;
  /** A value as a name; undefined where the row has none. */
  name(key: string): string | undefined;
  error(found: { readonly value: unknown; readonly expected: string }): TraceError;
}

/** The first line, which told the format, is the first row. */
export function jsonRows(lines: TraceLines): JsonRows {
  let next: string | undefined = lines.first;
  let row = new Map<string, unknown>();
  const error: JsonRows["error"] = ({ value, expected }) => {
    const text = value === undefined ? "" : (JSON.stringify(value) ?? String(value));
    return new TraceError({ row: lines.row, text, expected });
  };
  const value = (key: string): unknown => row.get(key) ?? undefined;
  return {
    nextRow() {
      const line = next ?? lines.next();
      next = undefined;
      if (line === undefined) return false;
      row = objectOn(line, lines.row);
      return true;
    },
    get row() {
      return lines.row;
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

function objectOn(line: string, row: number): Map<string, unknown> {
  const wrong = () => new TraceError({ row, text: line, expected: "one JSON object on the line" });
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw wrong();
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong();
  return new Map(Object.entries(value));
}
