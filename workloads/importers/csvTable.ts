import { at } from "../at.ts";
import { TraceError } from "./traceError.ts";
import type { TraceLines } from "./traceLines.ts";
import { withoutQuotes } from "./withoutQuotes.ts";

/** The rows of a CSV with a header; a quoted field stays on its line. */
export interface CsvTable {
  /** The place of a column by name; undefined where the header lacks it. */
  find(name: string): number | undefined;
  /** As `find`; throws a TraceError where the header lacks it. */
  column(name: string): number;
  /** Moves to the next row; false at the end. */
  nextRow(): boolean;
  /** A field of the row, as it stands. */
  text(column: number): string;
  /** A field of the row as a whole number; throws a TraceError where it is none. */
  tokens(column: number): number;
  /** The number of the line read last, from 1. */
  readonly row: number;
  error(found: { readonly text: string; readonly expected: string }): TraceError;
}

const digitZero = 48;
/** What a column of the trace can hold. */
export const mostTokens = 2 ** 32 - 1;

export function csvTable(lines: TraceLines): CsvTable {
  const separator = separatorOf(lines.first);
  const names = namesOf(lines, separator);
  const headerRow = lines.row;
  // Field k of the line begins at starts[k]; it ends one before starts[k + 1].
  const starts = new Uint32Array(names.length + 1);
  let line = "";

  const error: CsvTable["error"] = ({ text, expected }) =>
    new TraceError({ row: lines.row, text, expected });
  const placeUnquoted = (quoted: string): boolean => {
    const fields = withoutQuotes(quoted, separator);
    if (fields === undefined) throw error({ text: quoted, expected: "quotes around whole fields" });
    line = fields.join(separator);
    return placeFields(fields, starts);
  };
  const text = (column: number): string =>
    line.slice(at(starts, column), at(starts, column + 1) - 1);
  const find = (name: string): number | undefined => {
    const column = names.indexOf(name);
    return column < 0 ? undefined : column;
  };
  return {
    find,
    column(name) {
      const column = find(name);
      if (column !== undefined) return column;
      const expected = `a column ${name}`;
      const missing = { name, among: names };
      throw new TraceError({ row: headerRow, text: lines.first, expected, missing });
    },
    nextRow() {
      const read = lines.next();
      if (read === undefined) return false;
      line = read;
      const isWhole = read.includes('"')
        ? placeUnquoted(read)
        : findFields(read, separator, starts);
      if (!isWhole) {
        const separated = separator === "," ? "commas" : JSON.stringify(separator);
        throw error({ text: read, expected: `${names.length} fields separated by ${separated}` });
      }
      return true;
    },
    text,
    tokens(column) {
      const value = wholeNumber(line, at(starts, column), at(starts, column + 1) - 1);
      if (value !== undefined) return value;
      const expected = `a whole number of ${names[column]} up to ${mostTokens}`;
      throw error({ text: text(column), expected });
    },
    get row() {
      return lines.row;
    },
    error,
  };
}

/** A comma; where the header has none, a semicolon or a tab that it has. */
function separatorOf(header: string): string {
  return [",", ";", "\t"].find((separator) => header.includes(separator)) ?? ",";
}

function namesOf({ first, row }: TraceLines, separator: string): readonly string[] {
  const fields = first.includes('"') ? withoutQuotes(first, separator) : first.split(separator);
  if (fields !== undefined) return fields.map((name) => name.trim());
  throw new TraceError({ row, text: first, expected: "a header whose quotes are closed" });
}

/** Fills `starts`, the last as if one more field followed; false where the line has not as many. */
function findFields(line: string, separator: string, starts: Uint32Array): boolean {
  const fields = starts.length - 1;
  let field = 1;
  for (let end = line.indexOf(separator); end >= 0; end = line.indexOf(separator, end + 1)) {
    if (field === fields) return false;
    starts[field++] = end + 1;
  }
  starts[fields] = line.length + 1;
  return field === fields;
}

/** The same for fields that are at hand. */
function placeFields(fields: readonly string[], starts: Uint32Array): boolean {
  if (fields.length !== starts.length - 1) return false;
  let start = 0;
  fields.forEach((field, column) => {
    start += field.length + 1;
    starts[column + 1] = start;
  });
  return true;
}

function wholeNumber(line: string, start: number, end: number): number | undefined {
  if (start === end) return undefined;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = line.charCodeAt(i) - digitZero;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  return value <= mostTokens ? value : undefined;
}
