import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "catalogue-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const generated = "models/catalogue/gpus.generated.ts";

function compile(files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const compiler = "models/catalogue/compile.mjs";
  return spawnSync(process.execPath, [compiler, root], { encoding: "utf8" });
}

test("one file is one entry, in the order of the file names, keys as they are", () => {
  const { status } = compile({
    "models/catalogue/gpus/b.yaml": "id: B\npeak_w: null\n",
    "models/catalogue/gpus/a.yaml": "id: A\npeak_w: 700\n",
  });
  expect(status).toBe(0);
  const module = readFileSync(join(root, generated), "utf8");
  expect(module).toContain('import type { GpuEntry } from "../gpu.ts";');
  const [, entries = ""] = /: readonly GpuEntry\[\] = (.*);/s.exec(module) ?? [];
  expect(JSON.parse(entries)).toEqual([
    { id: "A", peak_w: 700 },
    { id: "B", peak_w: null },
  ]);
});

test("one file with a list holds many entries", () => {
  compile({ "workloads/datasets.yaml": "- id: a\n- id: b\n" });
  const module = readFileSync(join(root, "workloads/datasets.generated.ts"), "utf8");
  expect(module).toContain('import type { DatasetEntry } from "./dataset.ts";');
  expect(module.match(/"id"/g)).toHaveLength(2);
});

test("held-out fits need no id, and may be none", () => {
  const name = "experiments/measured/heldOut.generated.ts";
  const entries = (text: string) => {
    const { stderr } = compile({ "experiments/measured/heldOut.yaml": text });
    expect(stderr).toBe("");
    return /= (.*);/s.exec(readFileSync(join(root, name), "utf8"))?.[1] ?? "";
  };
  expect(JSON.parse(entries("# none yet\n[]\n"))).toEqual([]);
  expect(JSON.parse(entries("- gpu: A\n- gpu: A\n"))).toEqual([{ gpu: "A" }, { gpu: "A" }]);
});

test("a module that would not change is not written again", () => {
  const files = { "models/catalogue/gpus/a.yaml": "id: A\n" };
  compile(files);
  const { mtimeMs, ino } = statSync(join(root, generated));
  compile(files);
  expect(statSync(join(root, generated))).toMatchObject({ mtimeMs, ino });
});

test.each([
  ["id: A\npeak_w: [1, 2\n", "models/catalogue/gpus/a.yaml:3:1: "],
  ["id: A\nid: B\n", "models/catalogue/gpus/a.yaml:2:1: Map keys must be unique"],
  ["# nameless\npeak_w: 1\n", "models/catalogue/gpus/a.yaml:2:1: expected an entry with an id"],
  ["", "models/catalogue/gpus/a.yaml:1:1: expected an entry with an id"],
  ["id: A\npeak_w: .inf\n", "models/catalogue/gpus/a.yaml:1:1: peak_w: expected a finite number"],
])("%j is an error with its place", (text, message) => {
  const { status, stderr } = compile({ "models/catalogue/gpus/a.yaml": text });
  expect(status).toBe(1);
  expect(stderr).toContain(message);
});

test("an id that is taken twice is an error naming both places", () => {
  const { stderr } = compile({
    "models/catalogue/gpus/a.yaml": "id: A\n",
    "models/catalogue/gpus/b.yaml": "id: A\n",
  });
  expect(stderr).toBe(
    'models/catalogue/gpus/b.yaml:1:1: id "A" is already taken by models/catalogue/gpus/a.yaml:1:1\n',
  );
});
