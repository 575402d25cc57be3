import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, expect, test } from "vitest";
import type { PairPlayed } from "../../experiments/watch/compare/pairProtocol.ts";
import { built } from "./built.ts";
import { command, inOwnFolder } from "./command.ts";

const home = process.cwd();
let executable = "";
beforeAll(() => {
  executable = built();
}, 120_000);
const at = inOwnFolder();

const other = `llm: meta-llama/Llama-3.1-8B
cluster: { gpu: L40S }
workload:
  dataset: azure-conv-2023
  num_requests: 20
`;

/** In a process whose streams are pipes. */
function piped(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [executable, ...words], {
    encoding: "utf8",
    cwd: at(),
  });
  return { status, stdout, stderr };
}

test("watch --compare without a terminal prints what compare does, and says why", async () => {
  writeFileSync(at("other.yaml"), other);
  const watched = piped("watch", "--compare", "small.yaml", "other.yaml", "--set", "seed=3");
  expect(watched.stderr).toBe(
    "stdout is no terminal to watch on: this is what compare prints of the two\n",
  );
  expect(watched.status).toBe(0);
  for (const name of ["small", "other"]) {
    await command("run", `${name}.yaml`, "--seed", "3", "--json", `${name}.json`, "--quiet");
  }
  const { out } = await command("compare", "small.json", "other.json");
  expect(watched.stdout).toBe(
    out.replace("small.json", "small.yaml").replace("other.json", "other.yaml"),
  );
  expect(watched.stdout).toMatch(/^cluster\.gpu +H100-SXM +L40S$/m);
});

test("where the workloads differ, that is said", async () => {
  writeFileSync(at("other.yaml"), other.replace("requests: 20", "requests: 10"));
  const { out, code } = await command("watch", "--compare", "small.yaml", "other.yaml");
  expect(code).toBe(0);
  expect(out).toContain("- workload.num_requests differs: they served other requests\n");
});

test("in their thread, both have the digests of runs that nobody watches", async () => {
  writeFileSync(at("other.yaml"), other);
  const digests: string[] = [];
  for (const file of ["small.yaml", "other.yaml"]) {
    const { out } = await command("run", file, "--json", "-");
    digests.push(JSON.parse(out).digest);
  }
  const file = join(home, "dist/experiments/watch/compare/startCompare.js");
  const { startCompare } = await import(pathToFileURL(file).href);
  const pair = await startCompare({
    files: [at("small.yaml"), at("other.yaml")],
    options: {},
  });
  try {
    expect([pair.head.a.gpu, pair.head.b.gpu]).toEqual(["H100-SXM", "L40S"]);
    for (const first of ["faster", "event", "restart"]) pair.command(first);
    let commands = 0;
    const last = await new Promise<PairPlayed>((resolve, reject) => {
      pair.onFailure(reject);
      pair.onView((view: PairPlayed) => {
        if (view.comparison !== undefined) return resolve(view);
        expect(view.a.snapshot.nowS).toBeLessThanOrEqual(view.nowS);
        // Some steps, then to the end.
        pair.command(commands++ < 3 ? "event" : "end");
      });
    });
    expect(commands).toBeGreaterThan(3);
    expect([last.a.digest, last.b.digest]).toEqual(digests);
    expect([last.comparison?.a.digest, last.comparison?.b.digest]).toEqual(digests);
  } finally {
    await pair.close();
  }
});

test.each([
  [
    "one file",
    ["--compare", "small.yaml"],
    "--compare: expected two scenario files, got 1: small.yaml\n",
  ],
  [
    "three files",
    ["--compare", "a.yaml", "b.yaml", "c.yaml"],
    "--compare: expected two scenario files, got 3: a.yaml, b.yaml, c.yaml\n",
  ],
  ["no file", ["--compare"], "missing required argument 'scenario'"],
  ["a file that isn't there", ["--compare", "small.yaml", "none.yaml"], "none.yaml: no such file"],
  ["a folder", ["--compare", "small.yaml", "folder"], "folder: is a folder; --compare expects two"],
  ["a result", ["--compare", "small.yaml", "a.json"], "a.json:1:2: schema: unknown key"],
  [
    "a key that isn't there",
    ["--compare", "small.yaml", "wrong.yaml"],
    "wrong.yaml:2:12: cluster.gpus",
  ],
  [
    "a wrong value for both",
    ["--compare", "small.yaml", "small.yaml", "--set", "seed"],
    "--set seed: expected path.to.key=value",
  ],
  [
    "two files without it",
    ["small.yaml", "b.yaml"],
    "expected one scenario or folder, got 2: small.yaml, b.yaml\n  tokenwatt watch --compare",
  ],
  ["a result for its value", ["small.yaml", "--compare=b.yaml"], "--compare"],
])("refuses %s", async (_, words, message) => {
  mkdirSync(at("folder"));
  writeFileSync(at("wrong.yaml"), other.replace("gpu:", "gpus:"));
  writeFileSync(at("a.json"), '{"schema": "tokenwatt/result@1", "digest": "0"}');
  const { code, out, err } = await command("watch", ...words);
  expect([code, out, err]).toEqual([2, "", expect.stringContaining(message)]);
  expect(err).not.toMatch(/^ +at /m);
});
