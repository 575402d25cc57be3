import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";

/** Writes a file into a folder of the test's own, and tells its path. */
export function inFolder(): (name: string, text: string) => string {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tokenwatt-measured-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  return (name, text) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
}

type Cell = string | number;

/** A CSV of rows that differ from `usual` in a few columns. */
export function csvOf(
  usual: Readonly<Record<string, Cell>>,
  rows: readonly Readonly<Record<string, Cell>>[],
): string {
  const columns = Object.keys(usual);
  const lines = rows.map((row) => columns.map((name) => row[name] ?? usual[name]).join(","));
  return [columns.join(","), ...lines].map((line) => `${line}\n`).join("");
}
