import { type CsvLine, csvLines } from "../../csvTable.ts";
import { type Place, type Problem, UserError } from "../../errors.ts";
import { readText } from "../../files.ts";
import { suggestion } from "../../suggestion.ts";
import { columns, figureColumns, loadColumns, requiredColumns } from "./measurementSchema.ts";

/** A measurements file as text: each row by the names of the header, with its places. */
export interface MeasurementTable {
  readonly rows: readonly TextRow[];
  /** What is wrong with single columns and with the number of fields. */
  readonly problems: readonly Problem[];
}

export interface TextRow {
  readonly line: number;
  /** Blank fields are left out. */
  readonly texts: ReadonlyMap<string, string>;
  /** Of a field; of the row where it has no such field. */
  placeOf(column: string | undefined): Place;
}

/** @throws UserError where the file has no rows, or lacks columns that every row needs. */
export function measurementTable(path: string): MeasurementTable {
  const [header, ...lines] = csvLines(withoutComments(readText(path, {})), path).filter(isFilled);
  if (header === undefined) {
    const message = "is empty; expected a line with the names of the columns and one for each run";
    throw new UserError({ place: { file: path }, message, hint: knownColumns });
  }
  const names = header.fields.map((name) => shortNames.get(name.trim()) ?? name.trim());
  const problems = headerProblems(path, header, names);
  const missing = missingColumns(path, header, names);
  if (missing.length > 0) throw new UserError([...problems, ...missing]);
  if (lines.length === 0) {
    const place = { file: path, line: header.line };
    throw new UserError([...problems, { place, message: "no row follows; expected one a run" }]);
  }
  const counted = lines.filter(({ fields }) => fields.length === names.length);
  const uncounted = lines.filter(({ fields }) => fields.length !== names.length);
  return {
    rows: counted.map((line) => textRow(path, names, line)),
    problems: [...problems, ...uncounted.map((line) => wrongCount(path, names, line))],
  };
}

/** As benches call them. */
const shortNames = new Map([
  ["in", "input_tokens"],
  ["out", "output_tokens"],
]);

const knownColumns = `columns: ${columns.join(", ")}`;

/** Lines keep their numbers. */
function withoutComments(text: string): string {
  return text.replace(/^[ \t]*#.*$/gm, "");
}

/** Spreadsheets leave lines of nothing but commas. */
function isFilled({ fields }: CsvLine): boolean {
  return fields.some((field) => field.trim() !== "");
}

function headerProblems(file: string, header: CsvLine, names: readonly string[]): Problem[] {
  return names.flatMap((name, index): Problem[] => {
    const place = { file, line: header.line, column: header.columns[index] };
    if (name === "") {
      const hint = "pandas writes its index so: use to_csv(path, index=False)";
      return [{ place, message: "a column without a name", hint }];
    }
    if (names.indexOf(name) < index)
      return [{ place, key: name, message: "the second such column" }];
    if (columns.includes(name)) return [];
    const nearest = suggestion(name, columns);
    const hint = nearest === "" ? knownColumns : undefined;
    return [{ place, key: name, message: `unknown column${nearest}`, hint }];
  });
}

function missingColumns(file: string, header: CsvLine, names: readonly string[]): Problem[] {
  const place = { file, line: header.line };
  if (names.length === 1 && /[;\t]/.test(names[0] ?? "")) {
    return [{ place, message: "one column; expected columns separated by commas" }];
  }
  const missing = requiredColumns.filter((name) => !names.includes(name));
  const lacksAll = (wanted: readonly string[]) => !wanted.some((name) => names.includes(name));
  return [
    ...missing.map((key) => ({ place, key, message: "this column is missing" })),
    ...(lacksAll(loadColumns)
      ? [{ place, message: `expected a column for the load: one of ${loadColumns.join(", ")}` }]
      : []),
    ...(lacksAll(figureColumns)
      ? [{ place, message: `expected what was measured: one of ${figureColumns.join(", ")}` }]
      : []),
  ];
}

function wrongCount(file: string, names: readonly string[], { line, fields }: CsvLine): Problem {
  const message = `expected ${names.length} fields, as the first line has, found ${fields.length}`;
  return { place: { file, line }, message };
}

function textRow(
  file: string,
  names: readonly string[],
  { line, fields, columns }: CsvLine,
): TextRow {
  const texts = names.flatMap((name, index): [string, string][] => {
    const text = fields[index]?.trim() ?? "";
    return text === "" ? [] : [[name, text]];
  });
  return {
    line,
    texts: new Map(texts),
    placeOf: (column) => {
      const index = column === undefined ? -1 : names.indexOf(column);
      return { file, line, column: columns[index] };
    },
  };
}
