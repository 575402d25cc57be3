import { readText } from "../files.ts";

/** A row by the names of the header. */
export type CsvRow = Readonly<Record<string, string>>;

/**
 * The rows of a CSV with a header and without quotes, plain or gzip, of which `keep` is true.
 * @throws UserError where the file can't be read, Error where a row has not as many fields.
 */
export function csvRows(path: string, keep: (row: CsvRow) => boolean = () => true): CsvRow[] {
  const [header = "", ...lines] = readText(path, {}).trimEnd().split(/\r?\n/);
  const names = header.split(",");
  const rows: CsvRow[] = [];
  for (const [index, line] of lines.entries()) {
    const fields = line.split(",");
    if (fields.length !== names.length) {
      throw new Error(`${path}:${index + 2}: expected ${names.length} fields, found ${line}`);
    }
    const row: Record<string, string> = {};
    for (const [column, name] of names.entries()) row[name] = fields[column] ?? "";
    if (keep(row)) rows.push(row);
  }
  return rows;
}

/** The number in a column. @throws Error where there is none. */
export function numberIn(row: CsvRow, column: string): number {
  const text = row[column];
  const value = Number(text);
  if (text === undefined || text === "" || !Number.isFinite(value)) {
    throw new Error(`column ${column}: expected a number, found ${text ?? "no such column"}`);
  }
  return value;
}
