import { join } from "node:path";
import { parse } from "yaml";
import type { CalibrationEntry, FittedOn } from "../../models/calibrationEntry.ts";
import type { Kind } from "../../models/entry.ts";
import { writeWhole } from "../files.ts";

/** A calibration file before it is written. */
export interface CalibrationDraft {
  readonly id: string;
  readonly base: string | null;
  /** Catalogue ids that the file speaks for. */
  readonly gpus: readonly string[];
  /** In the order of the file; of two with one path the later counts. */
  readonly numbers: readonly CalibratedNumber[];
  /** Networks whose runs it was fitted to, end to end. */
  readonly fittedOn?: readonly FittedOn[];
}

/** A number: where it goes, in the unit of its key. */
export interface CalibratedNumber {
  readonly path: readonly string[];
  readonly value: number;
  readonly kind: Kind;
  readonly source: string;
  /** One standard error; undefined where none is known. */
  readonly standardError: number | undefined;
}

type Section = Map<string, Section | CalibratedNumber>;

/** Written as `folder`/id.yaml, whole or not at all. @throws UserError where that fails. */
export function writeCalibration(folder: string, draft: CalibrationDraft): void {
  writeWhole(join(folder, `${draft.id}.yaml`), calibrationYaml(draft));
}

/** The entry that the file holds, digits as written. */
export function calibrationEntryOf(draft: CalibrationDraft): CalibrationEntry {
  return parse(calibrationYaml(draft));
}

/** The same numbers give the same bytes: values to 4 digits, standard errors to 2. */
export function calibrationYaml(draft: CalibrationDraft): string {
  const { id, base, gpus, numbers, fittedOn = [] } = draft;
  const root: Section = new Map();
  for (const number of numbers) insert(root, number);
  return [
    "# Written by calibrate: rerun it rather than edit this.",
    `id: ${plainOrQuoted(id)}`,
    `base: ${base === null ? "null" : plainOrQuoted(base)}`,
    `gpus: [${gpus.map(plainOrQuoted).join(", ")}]`,
    ...linesOf(root, { depth: 0, sourceOf: sourceTexts(root) }),
    ...(fittedOn.length === 0 ? [] : ["fitted_on:", ...fittedOn.map(fittedOnLine)]),
    "",
  ].join("\n");
}

/** Ids of a user's own may hold what YAML takes for something else: a comma, or a number. */
function plainOrQuoted(id: string): string {
  return /^[\w.-]+$/.test(id) && parse(id) === id ? id : JSON.stringify(id);
}

function fittedOnLine({ architecture, stack, metric }: FittedOn): string {
  return `  - { architecture: ${JSON.stringify(architecture)}, stack: ${stack}, metric: ${metric} }`;
}

function insert(root: Section, number: CalibratedNumber): void {
  const { path } = number;
  let section = root;
  for (const key of path.slice(0, -1)) {
    const next = section.get(key) ?? new Map();
    if (!(next instanceof Map)) throw new Error(`${path.join(".")}: ${key} holds a number`);
    section.set(key, next);
    section = next;
  }
  section.set(path.at(-1) ?? "", number);
}

interface Place {
  readonly depth: number;
  readonly sourceOf: (number: CalibratedNumber) => string;
}

function linesOf(section: Section, { depth, sourceOf }: Place): string[] {
  return [...section].flatMap(([key, part]) => {
    const name = `${"  ".repeat(depth)}${/^[a-z]\w*$/.test(key) ? key : JSON.stringify(key)}:`;
    if (part instanceof Map) return [name, ...linesOf(part, { depth: depth + 1, sourceOf })];
    const { value, kind, standardError } = part;
    const error =
      standardError === undefined ? "" : `, std_error: ${Number(standardError.toPrecision(2))}`;
    const rounded = Number(value.toPrecision(4));
    return `${name} { value: ${rounded}, kind: ${kind}, source: ${sourceOf(part)}${error} }`;
  });
}

/** A source that several numbers share is written once, with an anchor. */
function sourceTexts(root: Section): Place["sourceOf"] {
  const uses = new Map<string, number>();
  for (const { source } of numbersIn(root)) uses.set(source, (uses.get(source) ?? 0) + 1);
  const anchors = new Map<string, string>();
  return ({ source }) => {
    const anchor = anchors.get(source);
    if (anchor !== undefined) return `*${anchor}`;
    if (uses.get(source) === 1) return JSON.stringify(source);
    const name = `source${anchors.size + 1}`;
    anchors.set(source, name);
    return `&${name} ${JSON.stringify(source)}`;
  };
}

function numbersIn(section: Section): CalibratedNumber[] {
  return [...section.values()].flatMap((part) => (part instanceof Map ? numbersIn(part) : part));
}
