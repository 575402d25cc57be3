import type { z } from "zod";
import type { KeyPath } from "./yamlFile.ts";

type Schema = z.core.JSONSchema.JSONSchema;

/** The names that may stand at `path`, and the places of a list; of a union, those of its `kind`. */
export function keysAt(schema: Schema, path: KeyPath, value: unknown): string[] {
  const names = schemasAt(schema, path, value).flatMap((node) =>
    Object.keys(node.properties ?? {}),
  );
  const list = path.reduce(memberOf, value);
  const places = Array.isArray(list) ? Object.keys(list) : [];
  return [...new Set([...names, ...places])];
}

/** What may stand at `path`, in words. */
export function expectedAt(schema: Schema, path: KeyPath, value: unknown): string {
  const words = schemasAt(schema, path, value).map(expected);
  return [...new Set(words)].join(" or ");
}

/** The words that `path` accepts, where it accepts a choice of words. */
export function wordsAt(schema: Schema, path: KeyPath, value: unknown): string[] {
  const nodes = schemasAt(schema, path, value);
  return nodes.flatMap((node) => [...(node.enum ?? []), node.const]).filter(isString);
}

function schemasAt(schema: Schema, path: KeyPath, value: unknown): Schema[] {
  let nodes = alternatives(schema);
  let current = value;
  for (const key of path) {
    const inner = ofKind(nodes, current).map((node) => memberSchema(node, key));
    nodes = inner.filter(isSchema).flatMap(alternatives);
    current = memberOf(current, key);
  }
  return ofKind(nodes, current);
}

/** Of a key of a block, or of a place in a list. */
function memberSchema(
  { properties, items, additionalProperties }: Schema,
  key: string | number,
): unknown {
  return items ?? properties?.[key] ?? additionalProperties;
}

function alternatives(node: Schema): Schema[] {
  const options = node.anyOf ?? node.oneOf;
  if (options === undefined) return [node];
  return options.filter(isSchema).flatMap(alternatives);
}

function ofKind(nodes: Schema[], value: unknown): Schema[] {
  const kind = memberOf(value, "kind");
  const matching = nodes.filter((node) => kind !== undefined && kindOf(node) === kind);
  return matching.length > 0 ? matching : nodes;
}

function kindOf(node: Schema): unknown {
  const kind = memberOf(node.properties, "kind");
  return isSchema(kind) ? kind.const : undefined;
}

function expected(node: Schema): string {
  if (node.enum !== undefined) return `one of ${node.enum.map(String).join(", ")}`;
  if (node.const !== undefined) return String(node.const);
  switch (node.type) {
    case "integer":
      return `a whole number${bounds(node)}`;
    case "number":
      return `a number${bounds(node)}`;
    case "string":
      return "a text";
    case "array":
      return node.minItems === undefined ? "a list" : `a list of ${node.minItems} or more`;
    case "object":
      return kindOf(node) === undefined ? "a block of keys" : `{kind: ${kindOf(node)}, …}`;
    default:
      return String(node.type);
  }
}

function bounds({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: Schema): string {
  const limits = [
    minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? `>= ${limit(minimum)}` : undefined,
    exclusiveMinimum !== undefined ? `> ${exclusiveMinimum}` : undefined,
    maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? `<= ${limit(maximum)}` : undefined,
    exclusiveMaximum !== undefined ? `< ${exclusiveMaximum}` : undefined,
  ].filter(isString);
  return limits.length === 0 ? "" : ` ${limits.join(" and ")}`;
}

/** 1e12, not 1000000000000. */
function limit(value: number): string {
  return value < 1e6 ? String(value) : value.toExponential().replace("+", "");
}

/** The member of a block of keys; undefined where `value` is none or lacks it. */
export function memberOf(value: unknown, key: string | number): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

function isSchema(node: unknown): node is Schema {
  return typeof node === "object" && node !== null;
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}
