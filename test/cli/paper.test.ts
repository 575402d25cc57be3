import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { command, inOwnFolder } from "./command.ts";

const folder = inOwnFolder();

test("a panel is written as JSON and CSV, the same at every run", async () => {
  const words = ["paper", "--figure", "5c", "--json", "-"];
  const first = await command(...words, "--out", folder("out"));
  const again = await command(...words);
  expect(first.out).toBe(again.out);
  const { points, summary } = JSON.parse(first.out);
  expect(points).toHaveLength(40);
  expect(summary.points).toBe(40);
  const csv = readFileSync(folder("out/points.csv"), "utf8");
  expect(csv.trim().split("\n")).toHaveLength(41);
  expect(readFileSync(folder("out/paper.html"), "utf8")).toMatch(/^<!doctype html>[\s\S]*<svg /);
  const point = points.find(
    ({ framework, batch }: { framework: string; batch: number }) =>
      framework === "vLLM CUDA graphs" && batch === 2,
  );
  expect(point).toMatchObject({
    figure: "5c",
    model: "Llama-3.1-8B",
    gpu: "RTX A6000 48GB",
    n_gpus_tp: 1,
    input_tokens: null,
    output_tokens: 64,
    workload: "Wikitext-2 textgen padded (inferred)",
    metric: "gpu_energy",
    unit: "kWh/1024 examples",
    published: 0.058,
    kind: "digitised",
    used_to_fit: true,
    out_of_memory: false,
  });
  expect(point.simulated).toBeGreaterThan(0);
  const full = points.filter(({ out_of_memory }: { out_of_memory: boolean }) => out_of_memory);
  expect(full.map(({ batch }: { batch: number }) => batch)).toEqual([256, 512, 256, 512]);
  for (const { simulated } of full) expect(simulated).toBeNull();
});

test("gates decide the exit code", async () => {
  const { code, out, err } = await command("paper", "--figure", "2c");
  expect(out).toMatch(/Errors[\s\S]*What it must show/);
  expect(code, err).toBe(out.includes("MISSED") ? 1 : 0);
});

test.each([
  ["5d", "5?"],
  ["13", "1"],
  ["T9", "T1"],
])("an unknown figure is the user's error, and names the nearest: %s", async (name, nearest) => {
  const { code, err } = await command("paper", "--figure", name, "--out", folder("never"));
  expect(code).toBe(2);
  expect(err).toContain(`--figure: there is no figure "${name}"; did you mean ${nearest}`);
  expect(err).toMatch(/figures and tables: T1, .*5a, .*12/);
  expect(existsSync(folder("never"))).toBe(false);
});

test("figures answer to the names that people give them", async () => {
  const { out } = await command("paper", "--figure", "Table 3", "--json", "-");
  const { points } = JSON.parse(out);
  expect(new Set(points.map(({ figure }: { figure: string }) => figure))).toEqual(new Set(["T3"]));
});

test("a folder that is a file is the user's error", async () => {
  writeFileSync(folder("taken"), "");
  const { code, err } = await command("paper", "--figure", "5c", "--out", folder("taken"));
  expect(code).toBe(2);
  expect(err).toContain("taken");
});
