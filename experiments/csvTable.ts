import { UserError } from "./errors.ts";
import { readText } from "./files.ts";

/** A row by the names of the header. */
export type CsvRow = Readonly<Record<string, string>>;

/**
 * The rows of a CSV with a header, plain or gzip; fields may be quoted.
 * @throws UserError where the file can't be read, Error where a row has not as many fields.
 */
export function csvTable(path: string): CsvRow[] {
  const [first, ...rows] = csvLines(readText(path, {}), path);
  const header = first?.fields ?? [];
  return rows.map(({ fields }, index) => {
    if (fields.length === header.length) {
      return Object.fromEntries(header.map((name, column) => [name, fields[column] ?? ""]));
    }
    const found = `${fields.length} fields in ${fields.join(",")}`;
    throw new Error(`${path}: row ${index + 1}: expected ${header.length} fields, found ${found}`);
  });
}

/** A field as it stands. @throws Error where the table has no such column. */
export function textIn(row: CsvRow, column: string): string {
  const text = row[column];
  if (text === undefined) throw new Error(`there is no column ${column}`);
  return text;
}

/** A field as a number; undefined where it is empty. @throws Error where it is something else. */
export function numberIfAny(row: CsvRow, column: string): number | undefined {
  const text = textIn(row, column).trim();
  if (text === "") return undefined;
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  throw new Error(`column ${column}: expected a number, found ${text}`);
}

/** A field as a number. @throws Error where it is none. */
export function numberIn(row: CsvRow, column: string): number {
  const value = numberIfAny(row, column);
  if (value === undefined) throw new Error(`column ${column}: expected a number, found nothing`);
  return value;
}

/** A row as it stands in the file; lines and columns count from 1. */
export interface CsvLine {
  readonly line: number;
  readonly fields: readonly string[];
  /** Where each field begins. */
  readonly columns: readonly number[];
}

/**
 * Fields by row; a quote inside a quoted field is doubled (RFC 4180). Empty lines are no rows.
 * @throws UserError where a quote is out of place.
 */
export function csvLines(text: string, file: string): CsvLine[] {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  const rows: CsvLine[] = [];
  let line = 1;
  let start = 0;
  let fields: string[] = [];
  let columns: number[] = [];
  let isInRow = false;
  // Behind a comma a field follows, even where the file ends there.
  while (field.lastIndex < text.length || isInRow) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (match === null) {
      const place = { file, line, column: at - start + 1 };
      const shown = text.slice(at, at + 40).replace(/\p{C}|\ufffd/gu, "?");
      throw new UserError({ place, message: `a quote out of place: ${shown}` });
    }
    const [, quoted, plain = "", end] = match;
    fields.push(quoted?.replaceAll('""', '"') ?? plain);
    columns.push(at - start + 1);
    isInRow = end === ",";
    if (isInRow) continue;
    if (fields.length > 1 || fields[0] !== "") rows.push({ line, fields, columns });
    line += text.slice(start, field.lastIndex).split("\n").length - 1;
    start = field.lastIndex;
    fields = [];
    columns = [];
  }
  return rows;
}
