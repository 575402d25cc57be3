import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { ColumnMetaData, FileMetaData, SchemaTree } from "hyparquet";
import { type Problem, UserError } from "../errors.ts";
import { attempted } from "../files.ts";
import { parquetReading } from "./library.ts";
import { checkPages } from "./pages.ts";
import { textParsers } from "./timeText.ts";

type Blame = Omit<Problem, "message">;

const magic = "PAR1";
const encryptedMagic = "PARE";
/** Four bytes of magic at both ends, and the length of what describes the columns. */
const tailBytes = 8;

/** By its first bytes. */
export function isParquet(bytes: Uint8Array): boolean {
  const beginning = Buffer.from(bytes.subarray(0, magic.length)).toString("latin1");
  return beginning === magic || beginning === encryptedMagic;
}

/** The columns of a table whose values are numbers, texts or times; undefined stands for null. */
export interface ParquetTable {
  readonly names: readonly string[];
  /** Groups of rows: one at a time is in memory, as columns. */
  groups(): Generator<ParquetGroup>;
}

interface ParquetGroup {
  readonly rows: number;
  readonly columns: readonly ArrayLike<unknown>[];
}

/** @throws UserError where the file is damaged, encrypted or packed in a way that nobody reads. */
export function parquetTable(path: string, blame: Blame): ParquetTable {
  const damaged = (reason: string): never => {
    throw new UserError({ ...blame, message: `${path}: damaged: ${reason}` });
  };
  const metadata = metadataOf(path, { blame, damaged });
  const tree = intact(() => parquetReading().parquetSchema(metadata), damaged);
  const leaves = tree.children.filter(isPlain);
  const names = leaves.map(({ element }) => element.name);
  if (names.length === 0) {
    const message = `${path}: expected columns of numbers, texts or times, found none`;
    throw new UserError({ ...blame, message });
  }
  return {
    names,
    *groups() {
      for (const group of metadata.row_groups) {
        const rows = Number(group.num_rows);
        const columns = names.map((name) => {
          const chunk = group.columns.find(
            ({ meta_data }) => meta_data?.path_in_schema.join(".") === name,
          )?.meta_data;
          if (chunk === undefined) return damaged(`a group of rows lacks the column ${name}`);
          const column = columnOf(chunk, { path, blame, damaged, tree, rows });
          const found = `${column.length} values of ${name} in ${rows} rows`;
          return column.length === rows ? column : damaged(found);
        });
        if (rows > 0) yield { rows, columns };
      }
    },
  };
}

/** One value in each row, of a kind that has a text. */
function isPlain({ element, children }: SchemaTree): boolean {
  return children.length === 0 && element.repetition_type !== "REPEATED";
}

interface Faults {
  readonly blame: Blame;
  readonly damaged: (reason: string) => never;
}

function metadataOf(path: string, { blame, damaged }: Faults): FileMetaData {
  const bytes = bytesIn(path, blame);
  const tail = bytesAt(path, { from: Math.max(0, bytes - tailBytes), bytes: tailBytes, blame });
  const ending = tail.subarray(4).toString("latin1");
  if (ending === encryptedMagic) {
    throw new UserError({ ...blame, message: `${path}: is encrypted` });
  }
  if (tail.length < tailBytes || ending !== magic) return damaged("the Parquet data ends early");
  const described = tail.readUInt32LE(0);
  const from = bytes - tailBytes - described;
  if (from < magic.length) return damaged("its description is longer than the file");
  const footer = bytesAt(path, { from, bytes: described + tailBytes, blame });
  return intact(() => parquetReading().parquetMetadata(footer), damaged);
}

interface Chunk extends Faults {
  readonly path: string;
  readonly tree: SchemaTree;
  readonly rows: number;
}

function columnOf(chunk: ColumnMetaData, { path, blame, damaged, tree, rows }: Chunk) {
  const library = parquetReading();
  const { path_in_schema: pathInSchema, codec, total_compressed_size: packed } = chunk;
  if (codec !== "UNCOMPRESSED" && library.compressors[codec] === undefined) {
    const known = ["UNCOMPRESSED", ...Object.keys(library.compressors)].join(", ");
    const message = `${path}: ${pathInSchema.join(".")} is packed by ${codec}; expected ${known}`;
    throw new UserError({ ...blame, message });
  }
  const pages = [chunk.dictionary_page_offset, chunk.data_page_offset].map(Number);
  const from = Math.min(...pages.filter((offset) => offset > 0));
  const bytes = bytesAt(path, { from, bytes: Number(packed), blame });
  return intact((): ArrayLike<unknown> => {
    const schemaPath = library.getTreePath(tree, pathInSchema);
    const element = schemaPath.at(-1)?.element;
    if (element === undefined) return damaged(`no column ${pathInSchema.join(".")}`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    checkPages(view, { rows, unpackedBytes: Number(chunk.total_uncompressed_size) });
    const all = { groupStart: 0, groupRows: rows, selectStart: 0, selectEnd: rows };
    const { data } = library.readColumn({ view, offset: 0 }, all, {
      ...chunk,
      pathInSchema,
      schemaPath,
      element,
      compressors: library.compressors,
      parsers: { ...library.parsers, ...textParsers },
    });
    return library.flatten(data);
  }, damaged);
}

/** What the library makes of bytes that are none of Parquet's is an error of any kind. */
function intact<Value>(read: () => Value, damaged: (reason: string) => never): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) throw error;
    return damaged(error instanceof Error ? error.message : String(error));
  }
}

function bytesIn(path: string, blame: Blame): number {
  return withFile(path, blame, (file) => fstatSync(file).size);
}

interface Piece {
  readonly from: number;
  readonly bytes: number;
  readonly blame: Blame;
}

/** As many as there are. A copy of its own, whose memory begins with it. */
function bytesAt(path: string, { from, bytes, blame }: Piece): Buffer {
  return withFile(path, blame, (file) => {
    const there = Math.max(0, Math.min(bytes, fstatSync(file).size - from));
    const memory = Buffer.from(new ArrayBuffer(there));
    let read = 0;
    while (read < there) {
      const more = readSync(file, memory, read, there - read, from + read);
      if (more === 0) break;
      read += more;
    }
    return memory.subarray(0, read);
  });
}

function withFile<Value>(path: string, blame: Blame, use: (file: number) => Value): Value {
  return attempted(
    () => {
      const file = openSync(path, "r");
      try {
        return use(file);
      } finally {
        closeSync(file);
      }
    },
    { path, blame },
  );
}
