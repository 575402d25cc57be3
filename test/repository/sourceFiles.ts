import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { root } from "./scratchRepository.ts";

export interface SourceFile {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
}

const notOurs = new Set([".git", "node_modules", "dist", "coverage", "results"]);
const isOurs = (entry: { readonly name: string }) => !notOurs.has(entry.name);

/** Pictures hold bytes, not words. */
const isText = (path: string) => !path.endsWith(".png");

/** Every file of the repository that is text, the compiled catalogues too. */
export const files: readonly SourceFile[] = readdirSync(root, { withFileTypes: true })
  .filter(isOurs)
  .flatMap((entry) => (entry.isDirectory() ? filesBelow(entry.name) : [entry.name]))
  .map((path) => path.split(sep).join("/"))
  .filter(isText)
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

/** Those whose path begins so, in TypeScript. */
export function modules(...folders: readonly string[]): readonly SourceFile[] {
  return files.filter(
    ({ path }) => path.endsWith(".ts") && folders.some((folder) => path.startsWith(folder)),
  );
}

/** `path:line: match` for every match. */
export function found(pattern: RegExp, among: readonly SourceFile[]): readonly string[] {
  return among.flatMap(({ path, text }) =>
    [...text.matchAll(new RegExp(pattern, "gm"))].map((match) => {
      const line = text.slice(0, match.index).split("\n").length;
      return `${path}:${line}: ${match[0]}`;
    }),
  );
}

export function pathsOf(sources: readonly SourceFile[]): readonly string[] {
  return sources.map(({ path }) => path);
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}
