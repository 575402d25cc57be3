import { TraceError } from "./traceError.ts";

/** The lines of a trace, without their ends; blank ones are passed over. */
export interface TraceLines {
  /** The first line, which tells the format. */
  readonly first: string;
  /** The number of the line read last, from 1. */
  readonly row: number;
  /** The next line; undefined at the end. */
  next(): string | undefined;
}

const lfsPointer = "version https://git-lfs.github.com/spec/v1";
const byteOrderMark = "\uFEFF";

/** Lines as split at "\n", the first of them read. Throws a TraceError where there is none. */
export function traceLines(source: Iterable<string>): TraceLines {
  const iterator = source[Symbol.iterator]();
  let row = 0;
  const next = (): string | undefined => {
    for (let read = iterator.next(); read.done !== true; read = iterator.next()) {
      row++;
      const line = row === 1 ? withoutMark(read.value) : read.value;
      if (!isBlank(line)) return line.endsWith("\r") ? line.slice(0, -1) : line;
    }
    return undefined;
  };
  const first = next();
  if (first === undefined) {
    throw new TraceError({ row: 1, text: "", expected: "a trace, but the file is empty" });
  }
  if (first.startsWith(lfsPointer)) {
    const expected = "a trace, but this is a Git LFS pointer to it: run `git lfs pull`";
    throw new TraceError({ row, text: first, expected });
  }
  return {
    first,
    get row() {
      return row;
    },
    next,
  };
}

function withoutMark(line: string): string {
  return line.startsWith(byteOrderMark) ? line.slice(1) : line;
}

/** Looks at the first character before it looks at all. */
function isBlank(line: string): boolean {
  return !(line.charCodeAt(0) > 32) && line.trim() === "";
}
