import { readText } from "./files.ts";

/** A row by the names of the header. */
export type CsvRow = Readonly<Record<string, string>>;

/**
 * The rows of a CSV with a header, plain or gzip; fields may be quoted.
 * @throws UserError where the file can't be read, Error where a row has not as many fields.
 */
export function csvTable(path: string): CsvRow[] {
  const [header = [], ...rows] = fieldsOf(readText(path, {}));
  return rows.map((fields, index) => {
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

/** Fields by row; a quote inside a quoted field is doubled (RFC 4180). Empty lines are no rows. */
function fieldsOf(text: string): string[][] {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  const rows: string[][] = [];
  let row: string[] = [];
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (match === null) throw new Error(`a quote out of place: ${text.slice(at, at + 40)}`);
    const [, quoted, plain = "", end] = match;
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ",") continue;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  return rows;
}
