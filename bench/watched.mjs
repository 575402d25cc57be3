import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

/**
 * What watching 1,000 replicas at full speed costs, against `run` of the same scenario, in turns:
 * node bench/watched.mjs [--requests N] [--screen 1 to 5] [--turns N]. Needs Linux and tmux.
 */
const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "2500000" },
    screen: { type: "string", default: "2" },
    turns: { type: "string", default: "1" },
  },
});
const tokenwatt = join(import.meta.dirname, "../bin/tokenwatt.js");
const folder = mkdtempSync(join(tmpdir(), "tokenwatt-watched-"));
const path = join(folder, "watched.yaml");
writeFileSync(
  path,
  `llm: meta-llama/Llama-3.1-8B
cluster: { gpu: H100-SXM, replicas: 1000, router: least_loaded }
workload:
  arrivals: { kind: poisson, rate_rps: 8000 }
  lengths: { input: { kind: fixed, tokens: 512 }, output: { kind: fixed, tokens: 128 } }
  num_requests: ${values.requests}
`,
);
const ticksPerS = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** CPU seconds of each thread of a process, by its id; undefined where it is gone. */
function threadsOf(pid) {
  try {
    const tids = readdirSync(`/proc/${pid}/task`).map(Number);
    return new Map(
      tids.map((tid) => {
        const stat = readFileSync(`/proc/${pid}/task/${tid}/stat`, "utf8");
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return [tid, (Number(fields[11]) + Number(fields[12])) / ticksPerS];
      }),
    );
  } catch {
    return undefined;
  }
}

function rssMb(pid) {
  const [, kb] = readFileSync(`/proc/${pid}/status`, "utf8").match(/VmRSS:\s+(\d+)/) ?? [];
  return Number(kb) / 1000;
}

/** Its main thread simulates. */
async function plainRun() {
  const startedMs = performance.now();
  const run = spawn(process.execPath, [tokenwatt, "run", path], { stdio: "ignore" });
  let cpuS = 0;
  let isOver = false;
  run.on("exit", () => {
    isOver = true;
  });
  while (!isOver) {
    cpuS = threadsOf(run.pid)?.get(run.pid) ?? cpuS;
    await sleep(20);
  }
  return { cpuS, wallS: (performance.now() - startedMs) / 1000 };
}

/** Its main thread draws; the busiest other one simulates. */
async function watchedRun() {
  const server = ["-f", "/dev/null", "-S", join(folder, "tmux")];
  const tmux = (...words) => execFileSync("tmux", [...server, ...words], { encoding: "utf8" });
  const shell = ["env", "-u", "CI", "-u", "NO_COLOR", process.execPath, tokenwatt, "watch", path];
  const size = ["-x", "200", "-y", "50"];
  const startedMs = performance.now();
  tmux("new-session", "-d", "-s", "watched", ...size, ...shell);
  const pid = Number(tmux("list-panes", "-F", "#{pane_pid}"));
  const screen = () => tmux("capture-pane", "-p");
  while (!/▶/.test(screen())) await sleep(50);
  tmux("send-keys", "f", values.screen);
  const memory = new Map();
  const soFarS = () => (performance.now() - startedMs) / 1000;
  let threads = threadsOf(pid);
  let drawing;
  while (!/■ ended/.test(screen())) {
    threads = threadsOf(pid);
    for (const atS of [10, 30, 60]) {
      if (soFarS() >= atS && !memory.has(atS)) memory.set(atS, rssMb(pid));
    }
    if (soFarS() >= 10) drawing ??= { sinceS: soFarS(), cpuS: threads.get(pid) };
    await sleep(100);
  }
  const wallS = soFarS();
  const uiRatio = drawing && (threads.get(pid) - drawing.cpuS) / (wallS - drawing.sinceS);
  threads.delete(pid);
  tmux("kill-server");
  return { cpuS: Math.max(...threads.values()), wallS, uiRatio, memory };
}

try {
  for (let turn = 1; turn <= Number(values.turns); turn++) {
    const plain = await plainRun();
    const watched = await watchedRun();
    const memory = [...watched.memory].map(([atS, mb]) => `${mb.toFixed(0)} MB at ${atS} s`);
    process.stdout.write(
      [
        `turn ${turn}, screen ${values.screen}, ${values.requests} requests`,
        `  run: ${plain.cpuS.toFixed(1)} s of CPU in its thread, ${plain.wallS.toFixed(1)} s on the wall`,
        `  watch: ${watched.cpuS.toFixed(1)} s of CPU in the simulating thread, ${watched.wallS.toFixed(1)} s on the wall`,
        `  ratio: CPU ${(watched.cpuS / plain.cpuS).toFixed(3)}, wall ${(watched.wallS / plain.wallS).toFixed(3)}`,
        `  UI thread: ${watched.uiRatio === undefined ? "too short a run" : `${(100 * watched.uiRatio).toFixed(0)} % of a core after 10 s`}`,
        `  memory of the process: ${memory.join(", ")}`,
        "",
      ].join("\n"),
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
