import { nearestName } from "./nearestName.ts";

/** How a number is known; `fitted` by `calibrate`, `transferred` from a similar part. */
export type Kind = "measured" | "fitted" | "transferred" | "datasheet" | "assumed";

/** A number of a catalogue file; its unit is in its key. */
export interface Sourced {
  readonly value: number;
  readonly kind: Kind;
  readonly source: string;
  /** Standard error of a fitted number, in its own unit. */
  readonly std_error?: number;
}

/** A mapping of a catalogue file while it is read: errors name `path` and the key. */
export interface Section {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Bounds that a number must keep, both included. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

export const positive: Bounds = { min: Number.MIN_VALUE, max: Number.MAX_VALUE };
export const notNegative: Bounds = { min: 0, max: Number.MAX_VALUE };
/** A share of 1 that is never nothing: an efficiency of 0 would make time infinite. */
export const efficiency: Bounds = { min: 0.001, max: 1 };

const kinds = ["measured", "fitted", "transferred", "datasheet", "assumed"] as const;

/** The mapping at `path`. Throws where it is none, or has a key that is not in `keys`. */
export function section(value: unknown, path: string, keys: readonly string[]): Section {
  if (!isMapping(value)) throw new Error(`${path}: expected a mapping, found ${shown(value)}`);
  for (const key of Object.keys(value)) {
    if (!keys.includes(key)) {
      const meant = nearestName(key, keys) ?? `one of ${keys.join(", ")}`;
      throw new Error(`${path}: unknown key "${key}"; expected ${meant}`);
    }
  }
  return { path, values: value };
}

export function subsection(parent: Section, key: string, keys: readonly string[]): Section {
  return section(parent.values[key], `${parent.path}: ${key}`, keys);
}

export function text(from: Section, key: string): string {
  const value = from.values[key];
  if (typeof value === "string" && value !== "") return value;
  throw new Error(`${from.path}: ${key}: expected a text, found ${shown(value)}`);
}

export function choice<const Names extends readonly string[]>(
  from: Section,
  key: string,
  names: Names,
): Names[number] {
  const value = text(from, key);
  const found = names.find((name) => name === value);
  if (found !== undefined) return found;
  throw new Error(`${from.path}: ${key}: expected one of ${names.join(", ")}, found "${value}"`);
}

/** The number under `key`, which says its kind and source. */
export function quantity(from: Section, key: string, bounds: Bounds): number {
  return sourced(from, key, bounds).value;
}

/** The same with its kind, source and standard error. */
function sourced(from: Section, key: string, bounds: Bounds): Sourced {
  const number = subsection(from, key, ["value", "kind", "source", "std_error"]);
  const origin = { kind: choice(number, "kind", kinds), source: text(number, "source") };
  const value = plainNumber(number, "value", bounds);
  if (number.values["std_error"] === undefined) return { value, ...origin };
  return { value, ...origin, std_error: plainNumber(number, "std_error", notNegative) };
}

/** A number of a table whose rows share one kind and source. */
export function plainNumber({ path, values }: Section, key: string, bounds: Bounds): number {
  const value = values[key];
  if (typeof value === "number" && value >= bounds.min && value <= bounds.max) return value;
  throw new Error(`${path}: ${key}: expected ${range(bounds)}, found ${shown(value)}`);
}

/** The same where null or nothing means that the number is not known or does not exist. */
export function quantityIfKnown(from: Section, key: string, bounds: Bounds): number | undefined {
  return (from.values[key] ?? undefined) === undefined ? undefined : quantity(from, key, bounds);
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a mapping is a number with its kind and source, not a section of them. */
export function isSourced(mapping: Readonly<Record<string, unknown>>): boolean {
  return "value" in mapping;
}

/** The numbers of a mapping that was read without complaint, by path: "gemm.bf16.exponent". */
export function sourcedIn(values: Section["values"]): ReadonlyMap<string, Sourced> {
  const found = new Map<string, Sourced>();
  const walk = (parent: Section["values"], prefix: string): void => {
    for (const [key, value] of Object.entries(parent)) {
      if (!isMapping(value)) continue;
      if (isSourced(value))
        found.set(prefix + key, sourced({ path: prefix, values: parent }, key, anyNumber));
      else walk(value, `${prefix}${key}.`);
    }
  };
  walk(values, "");
  return found;
}

const anyNumber: Bounds = { min: -Number.MAX_VALUE, max: Number.MAX_VALUE };

function range({ min, max }: Bounds): string {
  if (max < Number.MAX_VALUE) return `a number from ${min} to ${max}`;
  return min > 0 ? "a number above 0" : "a number of 0 or more";
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
