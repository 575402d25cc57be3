import { canonical } from "../sweep/points.ts";

/** A key at which two scenarios differ; undefined where one of them lacks it. */
export interface KeyDifference {
  readonly key: string;
  readonly a: unknown;
  readonly b: unknown;
}

/** The keys at which two scenarios differ, as deep as both have blocks; lists are compared whole. */
export function keyDifferences(
  a: unknown,
  b: unknown,
  path: readonly string[] = [],
): KeyDifference[] {
  if (isBlock(a) && isBlock(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return keys.flatMap((key) => keyDifferences(a[key], b[key], [...path, key]));
  }
  const isSame = a === undefined || b === undefined ? a === b : canonical(a) === canonical(b);
  return isSame ? [] : [{ key: path.join("."), a, b }];
}

function isBlock(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
