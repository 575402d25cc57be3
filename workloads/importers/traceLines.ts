import { TraceError } from "./traceError.ts";

/** The lines of a trace, without their ends; blank ones are passed over. */
export interface TraceLines {
  /** The first line. */
  readonly first: string;
  /** The first lines, as many as a JSON value that begins the file may need to tell its format. */
  readonly beginning: string;
  /** The number of the line read last, from 1. */
  readonly row: number;
  /** The next line; undefined at the end. */
  next(): string | undefined;
}

interface Line {
  readonly text: string;
  readonly row: number;
}

const lfsPointer = "version https://git-lfs.github.com/spec/v1";
const byteOrderMark = "\uFEFF";

/** Lines as split at "\n", the first of them read. Throws a TraceError where there is none. */
export function traceLines(source: Iterable<string>): TraceLines {
  const read = lineReader(source);
  const opening = read();
  if (opening === undefined) {
    throw new TraceError({ row: 1, expected: "a trace, but the file is empty" });
  }
  const first = opening.text;
  if (first.startsWith(lfsPointer)) {
    const expected = "a trace, but this is a Git LFS pointer to it: run `git lfs pull`";
    throw new TraceError({ row: opening.row, text: first, expected });
  }
  const ahead = isSpread(first) ? linesAhead(read) : [];
  const beginning = [first, ...ahead.map(({ text }) => text)].join("\n");
  let { row } = opening;
  let place = 0;
  return {
    first,
    beginning: beginning.slice(0, longestBeginning),
    get row() {
      return row;
    },
    next() {
      const line = place < ahead.length ? ahead[place++] : read();
      if (line === undefined) return undefined;
      row = line.row;
      return line.text;
    },
  };
}

/** Of a file whose first line is a bracket or little more. */
function isSpread(first: string): boolean {
  return first.length <= 2 && /^\s*[[{]\s*[[{]?\s*$/.test(first);
}

const longestBeginning = 100_000;
const mostAhead = 100;

function linesAhead(read: () => Line | undefined): readonly Line[] {
  const ahead: Line[] = [];
  let characters = 0;
  while (ahead.length < mostAhead && characters < longestBeginning) {
    const line = read();
    if (line === undefined) break;
    ahead.push(line);
    characters += line.text.length;
  }
  return ahead;
}

function lineReader(source: Iterable<string>): () => Line | undefined {
  const iterator = source[Symbol.iterator]();
  let row = 0;
  return () => {
    for (let read = iterator.next(); read.done !== true; read = iterator.next()) {
      row++;
      const line = row === 1 ? withoutMark(read.value) : read.value;
      if (!isBlank(line)) return { text: line.endsWith("\r") ? line.slice(0, -1) : line, row };
    }
    return undefined;
  };
}

function withoutMark(line: string): string {
  return line.startsWith(byteOrderMark) ? line.slice(1) : line;
}

/** Looks at the first character before it looks at all. */
function isBlank(line: string): boolean {
  return !(line.charCodeAt(0) > 32) && line.trim() === "";
}
