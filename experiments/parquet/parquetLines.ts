import { closeSync, openSync, readSync } from "node:fs";
import { type Problem, UserError } from "../errors.ts";
import { attempted } from "../files.ts";
import { type FileVersion, fileVersion } from "../unchangedFile.ts";
import { isParquet, parquetTable } from "./parquetFile.ts";

type Blame = Omit<Problem, "message">;

/** Whether a file is Parquet, by its first bytes; a pipe is not asked, as it is read only once. */
export function isParquetFile(path: string, blame: Blame): boolean {
  if (fileVersion(path) === undefined) return false;
  return attempted(
    () => {
      const file = openSync(path, "r");
      try {
        const beginning = Buffer.alloc(4);
        return isParquet(beginning.subarray(0, readSync(file, beginning)));
      } finally {
        closeSync(file);
      }
    },
    { path, blame },
  );
}

/**
 * The rows of a Parquet file as the lines of a CSV with a header, so that each trace has one reader
 * whatever its file. Columns of lists and maps are left out; nothing stands for null.
 */
export function* parquetLines(path: string, blame: Blame): Generator<string> {
  const version = fileVersion(path);
  const table = parquetTable(path, blame);
  yield table.names.map(cell).join(",");
  for (const { rows, columns } of table.groups()) {
    refuseChanged(path, { version, blame });
    for (let row = 0; row < rows; row++) {
      yield columns.map((column) => cell(column[row])).join(",");
    }
  }
}

interface Known {
  readonly version: FileVersion | undefined;
  readonly blame: Blame;
}

function refuseChanged(path: string, { version, blame }: Known): void {
  const now = fileVersion(path);
  const isSame =
    now?.inode === version?.inode &&
    now?.bytes === version?.bytes &&
    now?.writtenNs === version?.writtenNs;
  if (!isSame) throw new UserError({ ...blame, message: `${path}: changed while it was read` });
}

/** A field stays on its line. */
function cell(value: unknown): string {
  switch (typeof value) {
    case "number":
    case "bigint":
    case "boolean":
      return String(value);
    case "string":
      return /[",;\t\r\n]/.test(value) ? quoted(value) : value;
    default:
      return "";
  }
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""').replace(/\r?\n|\r/g, " ")}"`;
}
