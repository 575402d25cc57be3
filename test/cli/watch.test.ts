import { spawnSync } from "node:child_process";
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
