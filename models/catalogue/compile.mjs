// Turns the YAML catalogues into typed modules, so that nothing in models/ or workloads/ reads a
// file. Usage: node models/catalogue/compile.mjs [root]. Exit code 1 names file:line:column.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { isMap, isSeq, LineCounter, parseDocument } from "yaml";

const root = process.argv[2] ?? fileURLToPath(new URL("../../", import.meta.url));

/**
 * Each catalogue is `from`.yaml, a list of entries, or `from`/*.yaml, one entry a file. Entries have
 * an id, but for nameless ones, which nothing refers to.
 */
const catalogues = [
  {
    from: "models/catalogue/llms",
    name: "llmEntries",
    type: "LlmEntry",
    typeFrom: "models/llmEntry.ts",
  },
  {
    from: "models/catalogue/gpus",
    name: "gpuEntries",
    type: "GpuEntry",
    typeFrom: "models/gpu.ts",
  },
  {
    from: "models/catalogue/calibrations",
    name: "calibrationEntries",
    type: "CalibrationEntry",
    typeFrom: "models/calibrationEntry.ts",
  },
  {
    from: "models/catalogue/stacks",
    name: "stackEntries",
    type: "StackEntry",
    typeFrom: "models/stacks.ts",
  },
  {
    from: "models/catalogue/hosts",
    name: "hostEntries",
    type: "HostEntry",
    typeFrom: "models/facility.ts",
  },
  {
    from: "models/catalogue/residuals",
    name: "residualEntries",
    type: "ResidualEntry",
    typeFrom: "models/uncertainty.ts",
  },
  {
    from: "models/catalogue/acceptance",
    name: "acceptanceEntries",
    type: "AcceptanceEntry",
    typeFrom: "models/acceptanceEntry.ts",
  },
  {
    from: "workloads/datasets",
    name: "datasetEntries",
    type: "DatasetEntry",
    typeFrom: "workloads/dataset.ts",
  },
  {
    from: "experiments/measured/published",
    name: "publishedEntries",
    type: "PublishedEntry",
    typeFrom: "experiments/measured/publishedEntry.ts",
  },
  {
    from: "experiments/measured/heldOut",
    name: "heldOutEntries",
    type: "HeldOutEntry",
    typeFrom: "experiments/measured/heldOutEntry.ts",
    isNameless: true,
  },
];

const problems = catalogues.flatMap((catalogue) => {
  const files = sourceFiles(catalogue.from);
  if (files.length === 0) return [];
  const parsed = files.map((file) => entriesOf(file, catalogue));
  const faults = [...parsed.flatMap((file) => file.faults), ...repeatedIds(parsed)];
  if (faults.length > 0) return faults;
  const entries = parsed.flatMap((file) => file.entries.map(({ value }) => value));
  writeModule(catalogue, entries);
  return [];
});
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

function sourceFiles(from) {
  const single = `${from}.yaml`;
  const folder = join(root, from);
  const names = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith(".yaml"))
    : [];
  const many = names.sort().map((name) => `${from}/${name}`);
  return existsSync(join(root, single)) ? [single, ...many] : many;
}

/** The entries of one file, each `{ id, value, at }`, and what is wrong with it. */
function entriesOf(file, { isNameless = false }) {
  const lineCounter = new LineCounter();
  const document = parseDocument(readFileSync(join(root, file), "utf8"), { lineCounter });
  const at = (offset) => {
    const { line, col } = lineCounter.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const faults = [...document.errors, ...document.warnings].map(
    (error) =>
      `${at(error.pos[0])}: ${error.message.split("\n")[0].replace(/ at line \d+, column \d+:?$/, "")}`,
  );
  if (faults.length > 0) return { entries: [], faults };
  const nodes = isSeq(document.contents) ? document.contents.items : [document.contents];
  const entries = nodes.map((node) => {
    const where = at(node?.range?.[0] ?? 0);
    const id = isMap(node) ? node.get("id") : undefined;
    if (typeof id !== "string" && !isNameless)
      faults.push(`${where}: expected an entry with an id`);
    const value = node?.toJS(document);
    // JSON would write null, which means unknown.
    JSON.stringify(value, (key, part) => {
      if (typeof part !== "number" || Number.isFinite(part)) return part;
      faults.push(`${where}: ${key}: expected a finite number, found ${part}`);
    });
    return { id, at: where, value };
  });
  return { entries, faults };
}

function repeatedIds(parsed) {
  const first = new Map();
  return parsed.flatMap((file) =>
    file.entries.flatMap(({ id, at }) => {
      if (id === undefined) return [];
      const earlier = first.get(id);
      if (earlier === undefined) first.set(id, at);
      return earlier === undefined ? [] : [`${at}: id "${id}" is already taken by ${earlier}`];
    }),
  );
}

/** Leaves the file alone where nothing changed, so that watchers and builds stay quiet. */
function writeModule({ from, name, type, typeFrom }, entries) {
  const target = join(root, `${from}.generated.ts`);
  const importPath = relative(dirname(from), typeFrom).replaceAll("\\", "/");
  const text = [
    "// biome-ignore-all lint: generated",
    "// biome-ignore-all format: generated",
    "// biome-ignore-all assist: generated",
    `// Generated by models/catalogue/compile.mjs from ${from}: edit the YAML.`,
    `import type { ${type} } from "${importPath.startsWith(".") ? importPath : `./${importPath}`}";`,
    "",
    `export const ${name}: readonly ${type}[] = ${JSON.stringify(entries, null, 2)};`,
    "",
  ].join("\n");
  if (existsSync(target) && readFileSync(target, "utf8") === text) return;
  mkdirSync(dirname(target), { recursive: true });
  // A reader of the old file never sees half of the new one.
  writeFileSync(`${target}.${process.pid}`, text);
  renameSync(`${target}.${process.pid}`, target);
}
