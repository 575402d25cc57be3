import { at } from "../at.ts";
import { TraceError } from "./traceError.ts";
import type { TraceLines } from "./traceLines.ts";

/** The rows of a CSV with a header and without quotes. */
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
  const names = lines.first.split(",").map((name) => name.trim());
  const headerRow = lines.row;
  // Field k of the line begins at starts[k]; it ends at the comma before starts[k + 1].
  const starts = new Uint32Array(names.length + 1);
  let line = "";

  const error: CsvTable["error"] = ({ text, expected }) =>
    new TraceError({ row: lines.row, text, expected });
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
      throw new TraceError({ row: headerRow, text: lines.first, expected });
    },
    nextRow() {
      const read = lines.next();
      if (read === undefined) return false;
      line = read;
      if (!findFields(line, starts)) {
        throw error({ text: line, expected: `${names.length} fields separated by commas` });
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

/** Fills `starts`, the last as if one more field followed; false where the line has not as many. */
function findFields(line: string, starts: Uint32Array): boolean {
  const fields = starts.length - 1;
  let field = 1;
  for (let comma = line.indexOf(","); comma >= 0; comma = line.indexOf(",", comma + 1)) {
    if (field === fields) return false;
    starts[field++] = comma + 1;
  }
  starts[fields] = line.length + 1;
  return field === fields;
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
