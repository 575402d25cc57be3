import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { built } from "./built.ts";
import { inOwnFolder } from "./command.ts";

let executable = "";
beforeAll(() => {
  executable = built();
}, 120_000);
const at = inOwnFolder();

const file = `base:
  llm: meta-llama/Llama-3.1-8B
  cluster: { gpu: H100-SXM }
  workload:
    arrivals: { kind: poisson, rate_rps: 8 }
    lengths: { input: { kind: fixed, tokens: 64 }, output: { kind: exponential, mean: 20 } }
    num_requests: 60
grid:
  cluster.replicas: [1, 2, 3]
  workload.arrivals.rate_rps: [${Array.from({ length: 100 }, (_, step) => step + 1).join(", ")}]
`;

const wordsTo = (out: string, ...words: string[]) => [
  executable,
  "sweep",
  "sweep.yaml",
  "--out",
  out,
  "--quiet",
  ...words,
];

function rowsIn(out: string): number {
  const journal = at(`${out}/journal.log`);
  return existsSync(journal) ? readFileSync(journal, "utf8").split("\n").length : 0;
}

/** Ends with how the process did. */
function killed(words: readonly string[], signal: NodeJS.Signals, whenRows: () => boolean) {
  const child = spawn(process.execPath, words, { cwd: at(), stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (text) => {
    said += text;
  });
  return new Promise<{ code: number | null; said: string }>((resolve) => {
    const look = setInterval(() => {
      if (!whenRows()) return;
      clearInterval(look);
      child.kill(signal);
    }, 1);
    child.on("close", (code) => {
      clearInterval(look);
      resolve({ code, said });
    });
  });
}

const filesOf = (out: string) =>
  readdirSync(at(out))
    .sort()
    .map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(at(`${out}/${name}`)))
        .digest("hex"),
    ]);

test("20 kills cost nothing but time, and two threads write what one does", async () => {
  writeFileSync(at("sweep.yaml"), file);
  expect(spawnSync(process.execPath, wordsTo("one", "--jobs", "1"), { cwd: at() }).status).toBe(0);
  let kept = 0;
  for (let kill = 0; kill < 20; kill++) {
    const before = rowsIn("two");
    // A row or more later, so that the sweep gets on; the first dies as it begins.
    const moment = () => (kill === 0 ? existsSync(at("two")) : rowsIn("two") > before);
    const { code } = await killed(wordsTo("two", "--jobs", "2", "--resume"), "SIGKILL", moment);
    if (code === 0) break;
    expect(rowsIn("two")).toBeGreaterThanOrEqual(before);
    kept = Math.max(kept, before);
  }
  const end = spawnSync(process.execPath, wordsTo("two", "--jobs", "2", "--resume"), { cwd: at() });
  expect([end.status, String(end.stderr)]).toEqual([0, ""]);
  expect(kept).toBeGreaterThan(0);
  expect(filesOf("two")).toEqual(filesOf("one"));
});

test("two processes that do the same points come to the same bytes", async () => {
  writeFileSync(at("sweep.yaml"), file.replace("num_requests: 60", "num_requests: 9"));
  expect(spawnSync(process.execPath, wordsTo("one", "--jobs", "1"), { cwd: at() }).status).toBe(0);
  const words = wordsTo("both", "--jobs", "1", "--resume");
  const never = () => false;
  const first = killed(words, "SIGKILL", never);
  // The second finds a journal that the first is about to add to.
  while (rowsIn("both") === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const ends = await Promise.all([first, killed(words, "SIGKILL", never)]);
  expect(ends).toEqual(ends.map(() => ({ code: 0, said: "" })));
  expect(filesOf("both")).toEqual(filesOf("one"));
});

test("an interrupt ends with 130 and keeps what came", async () => {
  writeFileSync(at("sweep.yaml"), file.replace("60", "6000"));
  const words = wordsTo("out", "--jobs", "2");
  const { code, said } = await killed(words, "SIGINT", () => rowsIn("out") > 2);
  expect([code, said]).toEqual([
    130,
    expect.stringMatching(/interrupted; \d+ of 300 points in out/),
  ]);
  expect(rowsIn("out")).toBeGreaterThan(2);
});
