import { builtinModules } from "node:module";
import { posix } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { files, modules, pathsOf } from "./sourceFiles.ts";

const sources = files.filter(({ path }) => /\.(ts|mjs|js)$/.test(path));

/** Where a reader from outside comes in, threads, which start from an address, others' types: nobody imports these. */
const entries =
  /^(experiments\/(index|browser)|cli\/(main|calibrateAll)|vitest\.config)\.ts$|Worker\.ts$|\.(test|d)\.ts$|\.m?js$|^bench\//;

interface Import {
  /** A file's path from the root, or a package. */
  readonly target: string;
  /** Undefined: everything in it. */
  readonly names: readonly string[] | undefined;
}

const imports = sources.flatMap(({ path, text }) => importsOf(path, text));

test("every module is imported by somebody", () => {
  const targets = new Set(imports.map(({ target }) => target));
  const inUse = (path: string) => entries.test(path) || targets.has(path);
  expect(pathsOf(modules("")).filter((path) => !inUse(path))).toEqual([]);
});

test("every export is imported by somebody", () => {
  const taken = new Set(
    imports.flatMap(({ target, names }) => names?.map((name) => `${target}: ${name}`) ?? [target]),
  );
  const declaration = /^export (?:async |abstract )?(function\*?|const|let|class|\w+) (\w+)/gm;
  const unused = modules("")
    .filter(({ path }) => !entries.test(path) && !taken.has(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(declaration)]
        .filter(([, kind = "", name = ""]) => !(isType(kind) && isUsedIn(text, name)))
        .map(([, , name = ""]) => `${path}: ${name}`),
    );
  expect(unused.filter((declared) => !taken.has(declared))).toEqual([]);
});

test("what is imported is listed in package.json, and what the product lists it imports", () => {
  const manifest = files.find(({ path }) => path === "package.json");
  const versions = z.record(z.string(), z.string());
  const { dependencies, devDependencies, optionalDependencies } = z
    .object({
      dependencies: versions,
      devDependencies: versions,
      optionalDependencies: versions,
    })
    .parse(JSON.parse(manifest?.text ?? ""));
  const paths = new Set(pathsOf(sources));
  const packages = imports
    .map(({ target }) => target)
    .filter((target) => /^[@\w]/.test(target) && !/\.(ts|json)$/.test(target) && !paths.has(target))
    .filter((target) => !target.startsWith("node:") && !builtinModules.includes(target))
    .map((target) => target.split("/", target.startsWith("@") ? 2 : 1).join("/"));
  const shipped = { ...dependencies, ...optionalDependencies };
  const listed = { ...shipped, ...devDependencies };
  expect(packages.filter((name) => !(name in listed))).toEqual([]);
  expect(Object.keys(shipped).filter((name) => !packages.includes(name))).toEqual([]);
});

function importsOf(path: string, text: string): readonly Import[] {
  const clause = /^(?:import|export)\s+(?:type\s+)?([\w\s{},*]*?)\s*(?:from\s+)?"([^"\n]+)"/gm;
  // A file of a package may also be read as it is.
  const dynamic = /\b(?:import|require\.resolve)\("([^"\n]+)"\)/g;
  return [
    ...[...text.matchAll(clause)].map(([, names = "", target = ""]) => ({
      target: resolved(path, target),
      names: /\{/.test(names) ? namesIn(names) : undefined,
    })),
    ...[...text.matchAll(dynamic)].map(([, target = ""]) => ({
      target: resolved(path, target),
      names: undefined,
    })),
  ];
}

function resolved(from: string, target: string): string {
  return target.startsWith(".") ? posix.join(posix.dirname(from), target) : target;
}

/** Of `{ a, type B, c as d }`: a, B, c. */
function namesIn(clause: string): readonly string[] {
  const list = clause.replace(/.*\{|\}.*/gs, "").split(",");
  return list.map((name) => name.trim().replace(/^type\s+|\s+as\s+\w+$/g, ""));
}

/** The type of an exported function's parameter may stand beside it for the reader's sake. */
function isType(kind: string): boolean {
  return kind === "interface" || kind === "type";
}

function isUsedIn(text: string, name: string): boolean {
  return [...text.matchAll(new RegExp(`\\b${name}\\b`, "g"))].length > 1;
}
