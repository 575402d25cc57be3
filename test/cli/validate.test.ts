import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { command, inOwnFolder } from "./command.ts";

const folder = inOwnFolder();

test("one suite is validated, written as JSON, CSV and Markdown", async () => {
  const { code, out, err } = await command(
    ...["validate", "--suite", "kv_capacity", "--json", folder("study.json")],
    ...["--csv", folder("points.csv"), "--markdown", folder("validation.md")],
  );
  const { points, summary } = JSON.parse(readFileSync(folder("study.json"), "utf8"));
  const missed = summary.gates.some(({ kept }: { kept: boolean | null }) => kept === false);
  expect(code, err).toBe(missed ? 1 : 0);
  expect(out).toMatch(/Row by row[\s\S]*What is promised/);
  expect(readFileSync(folder("points.csv"), "utf8").trim().split("\n")).toHaveLength(
    points.length + 1,
  );
  expect(readFileSync(folder("validation.md"), "utf8")).toContain("## What is promised");
});

test("--json - puts the study alone on stdout", async () => {
  const { out } = await command("validate", "--suite", "kv_capacity", "--json", "-");
  expect(JSON.parse(out).points.length).toBeGreaterThan(0);
});

test("an unknown suite is the user's error", async () => {
  const { code, err } = await command("validate", "--suite", "paperr");
  expect(code).toBe(2);
  expect(err).toMatch(/--suite: there is no suite "paperr".*paper/);
});
