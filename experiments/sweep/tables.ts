import { createHash } from "node:crypto";
import { csvCell } from "../csvCell.ts";
import { type PendingFile, pendingFile } from "../files.ts";
import { parquetRows } from "../parquet/parquetWriter.ts";
import type { Column } from "./columns.ts";
import { rowFields, typedCells } from "./row.ts";

/** What a table came to. */
export interface Written {
  readonly rows: number;
  readonly failed: number;
  /** Of the CSV and of the Parquet file. */
  readonly sha256: { readonly csv: string; readonly parquet: string };
  /** The commonest reasons of failures, at most five. */
  readonly reasons: readonly (readonly [reason: string, points: number])[];
}

/** A row of the table costs half a hundred columns: more rows would be megabytes. */
const groupRows = 4096;
const mostReasons = 1000;

export function headerOf(columns: readonly Column[]): string {
  return columns.map(({ name }) => csvCell(name)).join(",");
}

/**
 * Writes lines in the order of the grid as `name`.csv and `name`.parquet: each appears whole, or not at
 * all, and what is there survives a power cut. Rows pass by one at a time.
 */
export function writeTables(
  name: string,
  columns: readonly Column[],
  lines: Iterable<string>,
): Written {
  const undo: (() => void)[] = [];
  const opened = (ending: string) => {
    const file = pendingFile(`${name}.${ending}`, { survivesPowerCuts: true });
    undo.push(file.discard);
    return hashed(file);
  };
  try {
    const csv = opened("csv");
    const parquet = opened("parquet");
    const table = parquetRows(parquet.file, columns, groupRows);
    const tally = failures(columns);
    csv.file.write(`${headerOf(columns)}\n`);
    let rows = 0;
    for (const line of lines) {
      csv.file.write(`${line}\n`);
      const cells = rowFields(line, `${name}.csv`);
      table.add(typedCells(cells, columns));
      tally.add(cells);
      rows++;
    }
    table.finish();
    parquet.file.commit();
    // The one that is looked at comes last.
    csv.file.commit();
    return {
      rows,
      ...tally.total(),
      sha256: { csv: csv.digest(), parquet: parquet.digest() },
    };
  } finally {
    for (const step of undo) step();
  }
}

/** A file and the digest of what was written into it. */
function hashed(file: PendingFile) {
  const hash = createHash("sha256");
  return {
    digest: () => hash.digest("hex"),
    file: {
      ...file,
      write: (text: string) => {
        hash.update(text);
        file.write(text);
      },
      writeBytes: (bytes: Uint8Array) => {
        hash.update(bytes);
        file.writeBytes(bytes);
      },
    },
  };
}

function failures(columns: readonly Column[]) {
  const status = columns.findIndex(({ name }) => name === "status");
  const error = columns.findIndex(({ name }) => name === "error");
  const reasons = new Map<string, number>();
  let failed = 0;
  return {
    add(cells: readonly string[]) {
      if (cells[status] !== "failed") return;
      failed++;
      const reason = cells[error] ?? "";
      const before = reasons.get(reason);
      if (before !== undefined || reasons.size < mostReasons)
        reasons.set(reason, (before ?? 0) + 1);
    },
    total: () => ({
      failed,
      reasons: [...reasons].sort(([, a], [, b]) => b - a).slice(0, 5),
    }),
  };
}
