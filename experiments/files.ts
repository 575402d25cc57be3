import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { type Problem, UserError } from "./errors.ts";

/** Who is to blame where a file can't be read: the key that names it. */
type Blame = Omit<Problem, "message">;

/** Reads a file of the user's; gzip is recognised by its magic bytes, not by its name. */
function readBytes(path: string, blame: Blame): Buffer {
  const bytes = attempted(() => readFileSync(path), { path, blame });
  return isGzip(bytes) ? attempted(() => gunzipSync(bytes), { path, blame }) : bytes;
}

/** By the first bytes of a file. */
export function isGzip([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b;
}

export function readText(path: string, blame: Blame): string {
  return readBytes(path, blame)
    .toString("utf8")
    .replace(/^\uFEFF/, "");
}

/** @throws UserError with the reason where the file cannot be read. */
export function attempted<Value>(
  read: () => Value,
  { path, blame }: { path: string; blame: Blame },
) {
  try {
    return read();
  } catch (error) {
    throw new UserError({ ...blame, message: `${path}: ${fileReason(error)}` });
  }
}

/** A file that appears under its name when it is whole, or never. */
export interface PendingFile {
  write(text: string): void;
  /** After the text that was written; the bytes are taken at once. */
  writeBytes(bytes: Uint8Array): void;
  commit(): void;
  /** Leaves nothing behind; harmless after commit. */
  discard(): void;
}

const bufferedCharacters = 65_536;

/** @throws UserError where nothing can be written at `path`. */
export function pendingFile(path: string, { survivesPowerCuts = false } = {}): PendingFile {
  const existing = statOf(path);
  if (existing?.isDirectory() === true) {
    throw new UserError({ message: `${path}: is a directory; name a file` });
  }
  // A device or a pipe takes bytes as they come: renaming would replace it by a file.
  const direct = existing !== undefined && !existing.isFile();
  const target = existing === undefined || direct ? path : realpathSync(path);
  const temporary = direct ? path : join(dirname(target), temporaryName(basename(target)));
  const file = writing(path, () => openSync(temporary, "w"));
  let open = true;
  let unwritten = "";
  const writeBytes = (bytes: Uint8Array) => writing(path, () => writeAll(file, bytes));
  const flush = () => {
    writeBytes(Buffer.from(unwritten, "utf8"));
    unwritten = "";
  };
  const close = () => {
    if (open) closeSync(file);
    open = false;
  };
  return {
    write: (text) => {
      unwritten += text;
      if (unwritten.length > bufferedCharacters) flush();
    },
    writeBytes: (bytes) => {
      flush();
      writeBytes(bytes);
    },
    commit: () => {
      flush();
      // A name that survives must not stand for bytes that did not.
      if (survivesPowerCuts) writing(path, () => fsyncSync(file));
      close();
      if (!direct) renameSync(temporary, target);
    },
    discard: () => {
      close();
      if (!direct) rmSync(temporary, { force: true });
    },
  };
}

/** Machines that share a folder may share numbers of processes, too. */
function temporaryName(name: string): string {
  return `.${name}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
}

/** Whether a file is what a process that was killed had pending under `name`. */
export function isLeftOf(name: string, file: string): boolean {
  return file.startsWith(`.${name}.`) && file.endsWith(".tmp");
}

/** Makes `path` and the folders above it; the answer takes back those that are empty. */
export function makeFolder(path: string): () => void {
  const first = made(path);
  return () => {
    if (first === undefined) return;
    for (let folder = resolve(path); folder.length >= first.length; folder = dirname(folder)) {
      try {
        rmdirSync(folder);
      } catch {
        return; // It holds something by now: it stays, and so do the folders above.
      }
    }
  };
}

function made(path: string): string | undefined {
  try {
    const first = mkdirSync(path, { recursive: true });
    return first === undefined ? undefined : resolve(first);
  } catch (error) {
    throw new UserError({ message: `${path}: ${fileReason(error)}` });
  }
}

function writing<Value>(path: string, write: () => Value): Value {
  try {
    return write();
  } catch (error) {
    throw new UserError({ message: `${path}: cannot be written: ${fileReason(error)}` });
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

/** Whether a file of this name is written as Parquet. */
export function isParquetName(path: string): boolean {
  return /\.parquet$/i.test(path);
}

/** The name under which `path` is or would be stored, links followed. */
export function realName(path: string): string {
  const name = resolve(path);
  try {
    return realpathSync(name);
  } catch {
    const folder = dirname(name);
    return folder === name ? name : join(realName(folder), basename(name));
  }
}

export function exists(path: string): boolean {
  return statOf(path) !== undefined;
}

export function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true;
}

function statOf(path: string): Stats | undefined {
  return writing(path, () => statSync(path, { throwIfNoEntry: false }));
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EISDIR: "is a directory, not a file",
  ENOTDIR: "a part of the path is a file, not a directory",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "no space left on the device",
  EEXIST: "exists already and is no directory",
  Z_DATA_ERROR: "damaged: not readable as gzip",
  Z_BUF_ERROR: "damaged: the gzip data ends early",
};

export function fileReason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
}

/** Writes a file whole or not at all. @throws UserError where that fails. */
export function writeWhole(path: string, text: string): void {
  const file = pendingFile(path);
  try {
    file.write(text);
    file.commit();
  } finally {
    file.discard();
  }
}
