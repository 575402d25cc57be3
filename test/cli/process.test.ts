import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { built } from "./built.ts";
import { inOwnFolder } from "./command.ts";

let executable = "";
beforeAll(() => {
  executable = built();
}, 120_000);
const manifest: unknown = JSON.parse(readFileSync("package.json", "utf8"));
const at = inOwnFolder();

test("the built executable tells its version", () => {
  const { stdout, status } = spawnSync(process.execPath, [executable, "--version"]);
  expect(manifest).toMatchObject({ version: stdout.toString().trimEnd() });
  expect(status).toBe(0);
});

test("a run that is interrupted exits with 130 and leaves no file", async () => {
  const words = ["run", "small.yaml", "--set", "workload.num_requests=5000000", "--out", "results"];
  const child = spawn(process.execPath, [executable, ...words], { cwd: at() });
  let said = "";
  child.stderr.on("data", (text) => {
    said += text;
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const table = () => existsSync(at("results")) && readdirSync(at("results")).length === 3;
  while (!table()) await new Promise((go) => setTimeout(go, 20));
  child.kill("SIGINT");
  expect(await ended).toBe(130);
  expect(said).toContain("interrupted");
  expect(readdirSync(at()).sort()).toEqual(["replay.yaml", "small.yaml"]);
}, 20_000);

test("output ends quietly when its reader has seen enough", () => {
  const piped = `{ "${process.execPath}" "${executable}" schema; echo "code $?" >&2; } | true`;
  const { stderr } = spawnSync("sh", ["-c", piped], { encoding: "utf8" });
  expect(stderr).toBe("code 0\n");
});

test.skipIf(!existsSync("/dev/full"))("a full disk fails with 1 and one line", () => {
  const words = `run small.yaml --json - > /dev/full`;
  const line = `"${process.execPath}" "${executable}" ${words}`;
  const { stderr, status } = spawnSync("sh", ["-c", line], { encoding: "utf8", cwd: at() });
  expect([status, stderr]).toEqual([1, "error: stdout: ENOSPC: no space left on device, write\n"]);
});

test("an executable that is not built yet says how to build it", () => {
  const copy = join(at(), "bin");
  cpSync(dirname(executable), copy, { recursive: true });
  writeFileSync(join(at(), "package.json"), '{ "type": "module" }');
  const words = [join(copy, basename(executable))];
  const { stderr, status } = spawnSync(process.execPath, words, { encoding: "utf8" });
  expect([status, stderr]).toEqual([1, "tokenwatt is not built yet: run npm run build\n"]);
});
