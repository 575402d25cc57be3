import type { PendingFile } from "../files.ts";
import { parquetWriting } from "./library.ts";

/** What a column of a Parquet file holds; each may be null. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: "DOUBLE" | "INT64" | "STRING" | "BOOLEAN";
}

export type ParquetCell = number | string | boolean | null;

export interface ParquetRows {
  /** A cell for each column, in their order. */
  add(cells: readonly ParquetCell[]): void;
  /** Writes what is left, and the description of the columns. The file stays to be committed. */
  finish(): void;
}

/**
 * A Parquet file a group of rows at a time, packed by Snappy: the same bytes for the same rows.
 * `groupRows` are in memory before they are written.
 */
export function parquetRows(
  file: PendingFile,
  columns: readonly ParquetColumn[],
  groupRows = 16_384,
): ParquetRows {
  const { ByteWriter, ParquetWriter } = parquetWriting();
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    createdBy: "tokenwatt",
    schema: [
      { name: "root", num_children: columns.length },
      ...columns.map(({ name, type }) => ({
        name,
        repetition_type: "OPTIONAL" as const,
        ...physical[type],
      })),
    ],
  });
  let group: ParquetCell[][] = columns.map(() => []);
  let rows = 0;
  const flush = () => {
    file.writeBytes(new Uint8Array(bytes.buffer, 0, bytes.index));
    bytes.index = 0;
  };
  const writeGroup = () => {
    const columnData = columns.map(({ name, type }, place) => ({
      name,
      data: (group[place] ?? []).map((cell) => stored(cell, type)),
      offsetIndex: false,
    }));
    atOnce(writer.write({ columnData, rowGroupSize: groupRows }));
    flush();
    group = columns.map(() => []);
    rows = 0;
  };
  return {
    add(cells) {
      if (cells.length !== columns.length) {
        throw new Error(`invariant broken: ${cells.length} cells in ${columns.length} columns`);
      }
      cells.forEach((cell, place) => {
        group[place]?.push(cell);
      });
      rows++;
      if (rows === groupRows) writeGroup();
    },
    finish() {
      if (rows > 0) writeGroup();
      atOnce(writer.finish());
      flush();
    },
  };
}

/** Bytes in memory keep nobody waiting. */
function atOnce(done: unknown): void {
  if (done !== undefined) throw new Error("invariant broken: a Parquet writer that waits");
}

const physical = {
  DOUBLE: { type: "DOUBLE" },
  INT64: { type: "INT64" },
  STRING: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
  BOOLEAN: { type: "BOOLEAN" },
} as const;

function stored(cell: ParquetCell, type: ParquetColumn["type"]): unknown {
  if (cell === null) return undefined;
  return type === "INT64" && typeof cell === "number" ? BigInt(cell) : cell;
}
