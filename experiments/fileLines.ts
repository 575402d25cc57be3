import { closeSync, openSync, readSync } from "node:fs";
import { type Problem, UserError } from "./errors.ts";
import { attempted, isGzip } from "./files.ts";
import { gunzipped } from "./gunzipped.ts";
import { isParquet } from "./parquet/parquetFile.ts";

type Blame = Omit<Problem, "message">;

const chunkBytes = 1 << 20;
/** Beyond it a line is no text any more (V8). */
const longestLineBytes = 1 << 28;

/**
 * The lines of a file one at a time, as split at "\n": it may be larger than the memory, packed or
 * not. Whoever stops early calls `return`.
 */
export function* fileLines(
  path: string,
  blame: Blame,
  chunks: Iterable<Uint8Array> = fileChunks(path, blame),
): Generator<string> {
  let parts: Uint8Array[] = [];
  let partBytes = 0;
  let row = 1;
  for (const chunk of unpacked(chunks, { path, blame })) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      yield textOf([...parts, chunk.subarray(start, end)]);
      parts = [];
      partBytes = 0;
      start = end + 1;
      row++;
    }
    // The next chunk is read into the same memory.
    if (start < chunk.length) parts.push(Uint8Array.from(chunk.subarray(start)));
    partBytes += chunk.length - start;
    if (partBytes > longestLineBytes) {
      const message = `row ${row}: expected a line, found one of more than 256 MiB`;
      throw new UserError({ place: { file: path }, message });
    }
  }
  if (parts.length > 0) yield textOf(parts);
}

function textOf(parts: readonly Uint8Array[]): string {
  const [first, second] = parts;
  const whole = first !== undefined && second === undefined ? first : Buffer.concat(parts);
  return Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength).toString("utf8");
}

/** A pipe can be read once: what tells that it is packed is a part of it. */
function* unpacked(
  chunks: Iterable<Uint8Array>,
  file: { readonly path: string; readonly blame: Blame },
): Generator<Uint8Array> {
  const iterator = chunks[Symbol.iterator]();
  const first = iterator.next();
  if (first.done === true) return;
  const whole = restOf(first.value, iterator);
  yield* textIn(isGzip(first.value) ? gunzipped(whole, file) : whole, file);
}

/** Parquet is read from its end, which neither a pipe nor gzip gives first. */
function* textIn(
  chunks: Iterable<Uint8Array>,
  { path, blame }: { readonly path: string; readonly blame: Blame },
): Generator<Uint8Array> {
  let isFirst = true;
  for (const chunk of chunks) {
    if (isFirst && isParquet(chunk)) {
      const message = `${path}: holds Parquet in gzip or in a pipe; name a plain file of it`;
      throw new UserError({ ...blame, message });
    }
    isFirst = false;
    yield chunk;
  }
}

function* restOf(first: Uint8Array, iterator: Iterator<Uint8Array>): Generator<Uint8Array> {
  try {
    yield first;
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) yield next.value;
  } finally {
    iterator.return?.();
  }
}

function* fileChunks(path: string, blame: Blame): Generator<Uint8Array> {
  const file = attempted(() => openSync(path, "r"), { path, blame });
  try {
    const memory = Buffer.alloc(chunkBytes);
    const read = () => attempted(() => readSync(file, memory), { path, blame });
    for (let bytes = read(); bytes > 0; bytes = read()) yield memory.subarray(0, bytes);
  } finally {
    closeSync(file);
  }
}
