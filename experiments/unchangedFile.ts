import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { type Problem, UserError } from "./errors.ts";
import { attempted } from "./files.ts";

/** By what a file is told from what it becomes when it is written anew. */
export interface FileVersion {
  readonly inode: bigint;
  readonly bytes: bigint;
  readonly writtenNs: bigint;
}

/** Undefined where nothing can be read twice there: no file, a pipe, a folder. */
export function fileVersion(path: string): FileVersion | undefined {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat?.isFile() === true
    ? { inode: stat.ino, bytes: stat.size, writtenNs: stat.mtimeNs }
    : undefined;
}

const chunkBytes = 1 << 20;

/**
 * The bytes of a file, in pieces that are good until the next. The file is open only while one of them
 * is read: whoever stops early leaves nothing open.
 * @throws UserError where it is no longer the file that it was.
 */
export function* unchangedChunks(
  path: string,
  version: FileVersion,
  blame: Omit<Problem, "message">,
): Generator<Uint8Array> {
  const memory = Buffer.alloc(chunkBytes);
  for (let place = 0; place < version.bytes; ) {
    const bytes = attempted(() => readAt(path, { memory, place, version }), { path, blame });
    if (bytes === 0)
      throw new UserError({ ...blame, message: `${path}: changed while it was read` });
    place += bytes;
    yield memory.subarray(0, bytes);
  }
}

interface Piece {
  readonly memory: Buffer;
  readonly place: number;
  readonly version: FileVersion;
}

/** 0 where the file is another by now. */
function readAt(path: string, { memory, place, version }: Piece): number {
  const file = openSync(path, "r");
  try {
    const { ino, size, mtimeNs } = fstatSync(file, { bigint: true });
    const isSame = ino === version.inode && size === version.bytes && mtimeNs === version.writtenNs;
    return isSame ? readSync(file, memory, 0, memory.length, place) : 0;
  } finally {
    closeSync(file);
  }
}
