import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { built } from "../cli/built.ts";

const hasTmux = spawnSync("tmux", ["-V"]).status === 0;
const pane = "watched";
let folder = "";
let executable = "";
/** Each session has a server of its own: one that is ending would take the next down with it. */
let sessions = 0;

/** Real keys on a real terminal, of a server of its own. */
function tmux(...words: readonly string[]): string {
  const server = ["-f", "/dev/null", "-S", join(folder, `tmux${sessions}`)];
  return execFileSync("tmux", [...server, ...words], { encoding: "utf8" });
}

function screen(): string {
  return tmux("capture-pane", "-p", "-t", pane);
}

function press(...keys: readonly string[]): void {
  tmux("send-keys", "-t", pane, ...keys);
}

/** However slow the machine is. */
async function seen(pattern: RegExp): Promise<string> {
  for (let turn = 0; turn < 600; turn++) {
    const text = screen();
    if (pattern.test(text)) return text;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${pattern} is not to be seen in\n${screen()}`);
}

const scenario = `llm: meta-llama/Llama-3.1-8B
cluster: { gpu: H100-SXM, replicas: 3 }
workload:
  dataset: azure-conv-2023
  arrivals: { kind: poisson, rate_rps: 20 }
  num_requests: 4000
`;

async function start(): Promise<void> {
  sessions++;
  const shell = ["env", "-u", "CI", "-u", "NO_COLOR", "PS1=$ ", "sh"];
  tmux("new-session", "-d", "-s", pane, "-x", "80", "-y", "24", "-c", folder, ...shell);
  await seen(/^\$/m);
  press("echo before", "Enter");
  await seen(/^before$/m);
  press(`'${process.execPath}' '${executable}' watch watched.yaml; echo "code $?"`, "Enter");
  await seen(/▶ .*x/);
}

beforeAll(() => {
  if (!hasTmux) return;
  executable = built();
  folder = mkdtempSync(join(tmpdir(), "tokenwatt-tmux-"));
  writeFileSync(join(folder, "watched.yaml"), scenario);
});

afterAll(() => {
  if (hasTmux) rmSync(folder, { recursive: true, force: true });
});

test.skipIf(!hasTmux)(
  "real keys steer it, resizes redraw it, q restores the terminal",
  async () => {
    await start();
    press("Space");
    const paused = await seen(/‖ paused/);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(screen()).toBe(paused);
    expect(paused.split("\n")[0]).toHaveLength(80);
    press(",", ".");
    await seen(/ 0\.\d %.*‖ paused| 0 %.*‖ paused/);
    press("2");
    await seen(/3 replicas .* by id/);
    tmux("resize-window", "-t", pane, "-x", "200", "-y", "50");
    const large = await seen(/5 ledger {2}─{120,}/);
    expect(large.split("\n")[49]).toContain("q quit");
    tmux("resize-window", "-t", pane, "-x", "59", "-y", "16");
    const small = await seen(/needs 60x16/);
    expect(small.trim().split("\n")).toHaveLength(3);
    tmux("resize-window", "-t", pane, "-x", "60", "-y", "16");
    await seen(/3 replicas .* by id/);
    press("f");
    await seen(/■ ended/);
    press("q");
    const after = await seen(/code 0/);
    expect(after).toMatch(/^before$/m);
    expect(after).not.toContain("3 replicas");
    expect(tmux("display-message", "-p", "-t", pane, "#{alternate_on} #{cursor_flag}")).toBe(
      "0 1\n",
    );
    tmux("kill-server");
  },
);

test.skipIf(!hasTmux).each([
  ["Ctrl-C", () => press("C-c"), /code 0/],
  [
    "kill -TERM",
    () => {
      const shell = tmux("display-message", "-p", "-t", pane, "#{pane_pid}").trim();
      const child = execFileSync("ps", ["--ppid", shell, "-o", "pid="], { encoding: "utf8" });
      process.kill(Number(child), "SIGTERM");
    },
    /interrupted\ncode 130/,
  ],
] as const)("%s restores the terminal", async (_name, end, says) => {
  await start();
  end();
  expect(await seen(says)).toMatch(/^before$/m);
  expect(tmux("display-message", "-p", "-t", pane, "#{alternate_on} #{cursor_flag}")).toBe("0 1\n");
  tmux("kill-server");
});
