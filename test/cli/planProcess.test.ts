import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { built } from "./built.ts";
import { command, inOwnFolder } from "./command.ts";
import { base, choices, slo } from "./planned.ts";

let executable = "";
beforeAll(() => {
  executable = built();
}, 120_000);
const at = inOwnFolder();
beforeEach(() => writeFileSync(at("plan.yaml"), base + choices + slo));

test("one thread and two come to the same bytes", () => {
  for (const jobs of ["1", "2"]) {
    const files = ["--json", `${jobs}.json`, "--csv", `${jobs}.csv`];
    const words = [executable, "plan", "plan.yaml", "--jobs", jobs, "--quiet", ...files];
    const { status, stdout } = spawnSync(process.execPath, words, { cwd: at() });
    expect([status, String(stdout)]).toEqual([0, ""]);
  }
  for (const ending of ["json", "csv"]) {
    expect(readFileSync(at(`2.${ending}`))).toEqual(readFileSync(at(`1.${ending}`)));
  }
});

test("Ctrl-C ends a plan with 130 and leaves no file", async () => {
  const many = base.replace("num_requests: 300", "num_requests: 3000000");
  writeFileSync(at("plan.yaml"), many + choices + slo);
  const before = process.listenerCount("SIGINT");
  const look = setInterval(() => {
    if (process.listenerCount("SIGINT") > before) process.emit("SIGINT");
  }, 20);
  const ended = await command("plan", "plan.yaml", "--jobs", "1", "--csv", "p.csv");
  clearInterval(look);
  expect(ended).toEqual({ code: 130, out: "", err: "interrupted\n" });
  expect(existsSync(at("p.csv"))).toBe(false);
});
