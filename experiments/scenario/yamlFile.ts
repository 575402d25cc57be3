import { isMap, isNode, isScalar, isSeq, LineCounter, type Pair, parseDocument } from "yaml";
import { type Place, UserError } from "../errors.ts";

export type KeyPath = readonly (string | number)[];

/** A YAML (or JSON) text as plain values, with the place of every key. */
export interface YamlFile {
  readonly file: string;
  readonly value: unknown;
  /** Where the key at `path` stands; the nearest key above it where it is absent. */
  placeOfKey(path: KeyPath): Place;
  /** Where the value at `path` stands; the nearest value above it where it is absent. */
  placeOfValue(path: KeyPath): Place;
}

/** @throws UserError with line and column where the text is no YAML, of which JSON is a part. */
export function parseYaml(text: string, file: string, format = "YAML"): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) {
    throw new UserError({
      place: placeAt(problem.pos[0]),
      message: reason(problem.message, format),
    });
  }
  return {
    file,
    value: plainValue(() => document.toJS({ maxAliasCount: 100 }), file),
    placeOfKey: (path) => placeAt(offsetOf(document.contents, path, "key")),
    placeOfValue: (path) => placeAt(offsetOf(document.contents, path, "value")),
  };
}

function plainValue(read: () => unknown, file: string): unknown {
  try {
    return read();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new UserError({ place: { file }, message: reason(text) });
  }
}

/** Of the parser's message what doesn't repeat the place. */
export function reason(message: string, format = "YAML"): string {
  if (message.includes("multiple documents")) {
    return "holds more than one YAML document, parted by ---; expected one";
  }
  return `not readable as ${format}: ${message.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "")}`;
}

function offsetOf(root: unknown, path: KeyPath, part: "key" | "value"): number {
  let node = root;
  let offset = startOf(root) ?? 0;
  for (const [depth, key] of path.entries()) {
    const wanted = depth === path.length - 1 ? part : "value";
    const entry = entryOf(node, key);
    if (entry === undefined) break;
    offset = startOf(wanted === "key" ? entry.key : entry.value) ?? startOf(entry.key) ?? offset;
    node = entry.value;
  }
  return offset;
}

interface Entry {
  readonly key: unknown;
  readonly value: unknown;
}

function entryOf(node: unknown, key: string | number): Entry | undefined {
  if (isSeq(node)) return { key: undefined, value: node.items[Number(key)] };
  if (!isMap(node)) return undefined;
  return node.items.find((pair: Pair) => names(pair.key, key));
}

// The engine block may be written in kebab-case, as vLLM's command line is.
function names(node: unknown, key: string | number): boolean {
  const text = isScalar(node) ? String(node.value) : undefined;
  return text === String(key) || text?.replaceAll("-", "_") === String(key);
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
