import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { built } from "./built.ts";
import { inOwnFolder } from "./command.ts";

let executable = "";
beforeAll(() => {
  executable = built();
}, 120_000);
const at = inOwnFolder();

/** In a process whose streams are pipes. */
function piped(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [executable, ...words], {
    encoding: "utf8",
    cwd: at(),
  });
  return { status, stdout, stderr };
}

test("watch without a terminal prints what run does, and says why", () => {
  const run = piped("run", "small.yaml", "--seed", "3");
  const watched = piped("watch", "small.yaml", "--seed", "3");
  expect(watched.status).toBe(0);
  expect(watched.stdout).toBe(run.stdout);
  expect(watched.stderr).toBe(
    "stdout is no terminal to watch on: this is the summary, as run prints it\n",
  );
});

const grid = `base:
  llm: meta-llama/Llama-3.1-8B
  cluster: { gpu: H100-SXM }
  workload: { dataset: azure-conv-2023, num_requests: 5 }
grid:
  cluster.gpu: [H100-SXM, A100-SXM]
`;

test("watch of a sweep's folder without a terminal tells how it stands", () => {
  writeFileSync(at("sweep.yaml"), grid);
  expect(piped("sweep", "sweep.yaml", "--out", "out").status).toBe(0);
  const { status, stdout, stderr } = piped("watch", "out");
  expect(status).toBe(0);
  expect(stderr).toBe("stdout is no terminal to watch on: this is how the sweep stands\n");
  expect(stdout).toMatch(/^sweep\.yaml: 2 of 2 points, 0 failed, ended\n/);
  expect(stdout).toMatch(/^least J\/output token +[\d.]+ m?J +gpu (H100|A100)-SXM$/m);
  expect(stdout).toMatch(/^none is better both in J\/output token and in E2E p99: [12]$/m);
});

test("watch refuses a folder without a sweep, and changes to one that runs", () => {
  writeFileSync(at("sweep.yaml"), grid);
  expect(piped("sweep", "sweep.yaml", "--out", "out").status).toBe(0);
  const other = piped("watch", ".");
  expect([other.status, other.stdout]).toEqual([2, ""]);
  expect(other.stderr).toContain("error: .: holds no sweep: there is no manifest.json");
  const changed = piped("watch", "out", "--set", "seed=3");
  expect([changed.status, changed.stdout]).toEqual([2, ""]);
  expect(changed.stderr).toContain("--set: changes a scenario that watch runs");
});
