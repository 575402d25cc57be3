import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../errors.ts";
import { fileLines } from "../fileLines.ts";
import { attempted, exists, isFolder, isParquetName } from "../files.ts";
import { resultColumns } from "../sweep/columns.ts";
import { rowFields } from "../sweep/row.ts";

/** A file that a query reads as a table. */
export interface QueriedTable {
  readonly name: string;
  readonly file: string;
}

const ending = /\.(csv|csv\.gz|parquet)$/i;

/**
 * The tables in a folder, each by the name of its file, of twins the Parquet file, whose columns have types;
 * or a single file.
 * @throws UserError where there is none.
 */
export function tablesAt(path: string): QueriedTable[] {
  if (!exists(path)) {
    throw new UserError({ place: { file: path }, message: "no such file or directory" });
  }
  if (!isFolder(path)) return [{ name: nameOfSingle(path), file: path }];
  const files = attempted(() => readdirSync(path), { path, blame: {} });
  const found = new Map<string, string>();
  for (const file of files.filter((one) => ending.test(one) && !one.startsWith(".")).sort()) {
    const name = stem(file);
    if (!found.has(name) || isParquetName(file)) found.set(name, join(path, file));
  }
  if (found.size === 0) {
    const message = "holds no table; expected results.csv, or another .csv or .parquet file";
    throw new UserError({ place: { file: path }, message });
  }
  return [...found].map(([name, file]) => ({ name, file }));
}

/** Whatever a file is called, rows of requests are `requests` and all others `results`. */
function nameOfSingle(path: string): string {
  if (!ending.test(path)) {
    const message = "expected a folder, or a file that ends in .csv, .csv.gz or .parquet";
    throw new UserError({ place: { file: path }, message });
  }
  return /^requests\b/i.test(basename(path)) ? "requests" : "results";
}

function stem(file: string): string {
  return basename(file).replace(ending, "");
}

/** What defines the table; nothing is read but the names of columns. */
export function viewSql({ name, file }: QueriedTable): string {
  return `create view ${quoted(name)} as select * from ${isParquetName(file) ? parquetSql(file) : csvSql(file)}`;
}

function parquetSql(file: string): string {
  return `read_parquet(${literal(file)})`;
}

/** Figures tell what they are; digests and seeds of digits alone would be taken for numbers. */
function csvSql(file: string): string {
  const types = new Map<string, string>(
    resultColumns.map((column) => [column.name, sqlTypes[column.type]]),
  );
  for (const name of ["spec", "error"]) types.set(name, "VARCHAR");
  const known = headerOf(file).flatMap((name) => {
    const type = types.get(name);
    return type === undefined ? [] : [`${literal(name)}: ${literal(type)}`];
  });
  const given = known.length === 0 ? "" : `, types = {${known.join(", ")}}`;
  return (
    `read_csv(${literal(file)}, header = true, delim = ',', quote = '"', escape = '"', ` +
    `nullstr = '', sample_size = -1${given})`
  );
}

const sqlTypes = {
  INT64: "BIGINT",
  DOUBLE: "DOUBLE",
  BOOLEAN: "BOOLEAN",
  STRING: "VARCHAR",
} as const;

function headerOf(file: string): readonly string[] {
  const lines = fileLines(file, {});
  try {
    const first = lines.next();
    return first.done === true ? [] : rowFields(first.value.replace(/^\uFEFF|\r$/g, ""), file);
  } finally {
    lines.return(undefined);
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
