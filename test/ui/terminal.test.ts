import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { short } from "../../ui/numbers.ts";
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

const failing = `llm: meta-llama/Llama-3.1-8B
cluster: { gpu: H100-SXM }
engine: { stack: hf-eager, batch_size: 16 }
workload: { trace: { path: fails.csv } }
`;

/** A shell that has been used, so that there is something to come back to. */
async function startShell(): Promise<void> {
  sessions++;
  const shell = ["env", "-u", "CI", "-u", "NO_COLOR", "PS1=$ ", "sh"];
  tmux("new-session", "-d", "-s", pane, "-x", "80", "-y", "24", "-c", folder, ...shell);
  await seen(/^\$/m);
  press("seq 40; stty -a | tail -n +2 > modes; echo before", "Enter");
  await seen(/^before$/m);
}

async function start(...words: readonly string[]): Promise<void> {
  await startShell();
  const command = [process.execPath, executable, "watch", ...words];
  const quoted = command.map((word) => `'${word}'`).join(" ");
  press(`${quoted}; echo "code $?"`, "Enter");
}

/** What was there before, and nothing of what was watched. */
async function expectRestored(says: RegExp): Promise<string> {
  const text = await seen(says);
  expect(text).toMatch(/^before$/m);
  expect(text).not.toContain("overview");
  const state = "#{alternate_on} #{cursor_flag} #{wrap_flag} #{history_size}";
  const [other, cursor, wrap, history] = tmux("display-message", "-p", "-t", pane, state).split(
    " ",
  );
  expect([other, cursor, wrap]).toEqual(["0", "1", "1"]);
  expect(Number(history)).toBeGreaterThan(0);
  press("stty -a | tail -n +2 | diff - modes && echo same modes", "Enter");
  await seen(/^same modes$/m);
  return text;
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
    await start("watched.yaml");
    await seen(/▶ .*x/);
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
    await expectRestored(/code 0/);
    tmux("kill-server");
  },
);

test.skipIf(!hasTmux)("what-if keys change the run, and what w writes repeats it", async () => {
  await start("watched.yaml");
  await seen(/▶ .*x/);
  press("Space");
  await seen(/‖ paused/);
  press("c");
  await seen(/^cap 650 W, from \d+\.\d s on/m);
  press("a");
  await seen(/^4 replicas, from/m);
  press("R");
  await seen(/^rate × 1\.1, from/m);
  press("f");
  const ended = await seen(/■ ended/);
  expect(ended).toContain("on 4 H100-SXM");
  expect(ended).toMatch(/└.*R/);
  press("w");
  await seen(/wrote watched-changed-1\.yaml and watched-changes-1\.yaml/);
  const joules = /Energy +(\S+ \S+) /.exec(ended)?.[1];
  press("q");
  await expectRestored(/code 0/);
  const changes = ["--changes", "watched-changes-1.yaml"];
  const repeat = [executable, "run", "watched.yaml", ...changes, "--json", "-"];
  const { stdout } = spawnSync(process.execPath, repeat, { cwd: folder, encoding: "utf8" });
  expect(short(JSON.parse(stdout).energy.gpu_j, "J")).toBe(joules);
  await start("watched.yaml", ...changes);
  press("f");
  await seen(/■ ended/);
  expect(screen()).toContain(`Energy  ${joules}`);
  press("q");
  await seen(/code 0/);
  tmux("kill-server");
});

test.skipIf(!hasTmux)(
  "each size gets a screen of its own, without a trace of the last",
  async () => {
    await start("watched.yaml");
    await seen(/▶ .*x/);
    press("Space");
    const small = await seen(/‖ paused/);
    const sizes = [
      [200, 50],
      [60, 16],
      [59, 10],
      [12, 2],
      [120, 40],
    ] as const;
    for (const [width, height] of sizes) {
      tmux("resize-window", "-t", pane, "-x", String(width), "-y", String(height));
      await seen(width < 60 ? /needs/ : new RegExp(`^.{${width - 8}}‖ paused\n`));
      // Anything left over would stand in rows that this size leaves empty.
      const rows = screen().trimEnd().split("\n");
      expect(rows).toHaveLength(width < 60 ? Math.min(3, height) : height);
      expect(rows.filter((row) => row.length > width)).toEqual([]);
    }
    tmux("resize-window", "-t", pane, "-x", "80", "-y", "24");
    await seen(/^.{72}‖ paused\n/);
    expect(screen()).toBe(small);
    tmux("kill-server");
  },
);

test.skipIf(!hasTmux)(
  "two runs side by side: keys steer both, resizes redraw them, q restores the terminal",
  async () => {
    const capped = scenario.replace("replicas: 3", "replicas: 3, power_cap_w: 400");
    writeFileSync(join(folder, "capped.yaml"), capped);
    await start("--compare", "watched.yaml", "capped.yaml");
    await seen(/▶ .*x/);
    press("Space");
    const paused = await seen(/‖ paused/);
    expect(paused).toMatch(/^ A {2}3 H100-SXM.* B {2}3 H100-SXM/m);
    tmux("resize-window", "-t", pane, "-x", "59", "-y", "16");
    await seen(/needs 60x16/);
    tmux("resize-window", "-t", pane, "-x", "200", "-y", "50");
    const large = await seen(/2 differences {2}─{160,}/);
    expect(large.split("\n")[49]).toContain("q quit");
    tmux("resize-window", "-t", pane, "-x", "80", "-y", "24");
    await seen(/^.{72}‖ paused\n/);
    expect(screen()).toBe(paused);
    press("f");
    await seen(/^At the end .*ranges$/m);
    press("2");
    await seen(/^figure +B\/A +ranges/m);
    press("q");
    await expectRestored(/code 0/);
    tmux("kill-server");
  },
);

function kill(signal: NodeJS.Signals): void {
  const shell = tmux("display-message", "-p", "-t", pane, "#{pane_pid}").trim();
  process.kill(
    Number(execFileSync("ps", ["--ppid", shell, "-o", "pid="], { encoding: "utf8" })),
    signal,
  );
}

test.skipIf(!hasTmux).each([
  ["Ctrl-C", () => press("C-c"), /code 0/],
  ["kill -TERM", () => kill("SIGTERM"), /interrupted\ncode 130/],
  ["kill -HUP", () => kill("SIGHUP"), /interrupted\ncode 130/],
] as const)("%s restores the terminal", async (_name, end, says) => {
  await start("watched.yaml");
  await seen(/▶ .*x/);
  end();
  await expectRestored(says);
  tmux("kill-server");
});

test.skipIf(!hasTmux)(
  "a run that fails on the way restores the terminal, then says why",
  async () => {
    const small = Array.from({ length: 40_000 }, (_, place) => `${place / 20},200,20`);
    // Sixteen in one batch, padded to a length for which it has no room.
    const large = Array.from({ length: 16 }, () => "2000,60000,9");
    const rows = ["arrival_s,input_tokens,output_tokens", ...small, ...large];
    writeFileSync(join(folder, "fails.csv"), `${rows.join("\n")}\n`);
    writeFileSync(join(folder, "fails.yaml"), failing);
    await start("fails.yaml");
    await seen(/▶ .*x/);
    press("f");
    const text = await expectRestored(/code 1/);
    expect(text).toContain("error: the run failed: replica 0 is out of KV memory");
    expect(text).not.toMatch(/^ +at /m);
    tmux("kill-server");
  },
);
