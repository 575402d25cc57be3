import { TraceError } from "./traceError.ts";
import type { TraceLines } from "./traceLines.ts";

/** One JSON object of a file, not yet parsed. */
interface JsonText {
  readonly text: string;
  /** The line on which it begins. */
  readonly row: number;
}

/** The objects of a file one after another: one a line, or, as its first line tells, in a list. */
export function jsonTexts(lines: TraceLines): Iterator<JsonText, undefined> {
  const isSpread = /^\s*(\[|\{\s*$)/.test(lines.first);
  return isSpread ? spreadTexts(lines) : lineTexts(lines);
}

function* lineTexts(lines: TraceLines): Generator<JsonText, undefined> {
  for (let text: string | undefined = lines.first; text !== undefined; text = lines.next()) {
    yield { text, row: lines.row };
  }
}

/** Objects of a list, or one after another, with line ends wherever JSON has them. */
function* spreadTexts(lines: TraceLines): Generator<JsonText, undefined> {
  let parts: string[] = [];
  let beginning = lines.row;
  for (const { part, row, isEnd } of objectParts(lines)) {
    if (parts.length === 0) beginning = row;
    parts.push(part);
    if (!isEnd) continue;
    yield { text: parts.join("\n"), row: beginning };
    parts = [];
  }
  if (parts.length === 0) return;
  const expected = "the end of the JSON object that begins here; the file ends before";
  throw new TraceError({ row: beginning, text: parts[0] ?? "", expected });
}

interface ObjectPart {
  readonly part: string;
  readonly row: number;
  /** Whether the object ends with it. */
  readonly isEnd: boolean;
}

/** What each line holds of each object. */
function* objectParts(lines: TraceLines): Generator<ObjectPart, undefined> {
  const scan = objectScan();
  let isInside = false;
  let openLists = 0;
  for (let line: string | undefined = lines.first; line !== undefined; line = lines.next()) {
    let place = 0;
    while (place < line.length) {
      const start = isInside ? place : objectStart(line, place, lines.row);
      if (!isInside) openLists += listsOpened(line.slice(place, start));
      if (start === line.length) break;
      const end = scan(line, start);
      isInside = end === undefined;
      place = end ?? line.length;
      yield { part: line.slice(start, place), row: lines.row, isEnd: !isInside };
    }
  }
  if (openLists === 0 || isInside) return;
  const expected = "the list's closing bracket; the file ends before";
  throw new TraceError({ row: lines.row, expected });
}

/** Passes over what separates objects. */
function objectStart(line: string, from: number, row: number): number {
  for (let place = from; place < line.length; place++) {
    if (line.startsWith("{", place)) return place;
    if (!/[\s,[\]]/.test(line.charAt(place))) {
      throw new TraceError({ row, text: line.slice(place), expected: "a list of JSON objects" });
    }
  }
  return line.length;
}

function listsOpened(separators: string): number {
  return separators.split("[").length - separators.split("]").length;
}

const quote = 34;
const backslash = 92;
/** By the code of a bracket, how much deeper it leads. */
const depths: ReadonlyMap<number, number> = new Map([
  [123, 1],
  [91, 1],
  [125, -1],
  [93, -1],
]);

/** Where the object ends that begins at the first place it is shown; undefined: on a later line. */
function objectScan(): (line: string, from: number) => number | undefined {
  let depth = 0;
  return (line, from) => {
    let place = from;
    while (place < line.length) {
      const code = line.charCodeAt(place);
      place = code === quote ? textEnd(line, place) : place + 1;
      const deeper = depths.get(code) ?? 0;
      depth += deeper;
      if (deeper < 0 && depth === 0) return place;
    }
    return undefined;
  };
}

/** Behind the quote that closes the one at `start`, or the line's end: no text goes beyond its line. */
function textEnd(line: string, start: number): number {
  let place = start + 1;
  while (place < line.length && line.charCodeAt(place) !== quote) {
    place += line.charCodeAt(place) === backslash ? 2 : 1;
  }
  return Math.min(place + 1, line.length);
}
