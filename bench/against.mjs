import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { scenarios } from "./scenarios.mjs";

/**
 * How much CPU this checkout takes against a former one, as a ratio, in one run: `against.mjs REF
 * [TURNS]`. The two take turns in one process, so that what else the machine does meets both alike.
 * The ratio is that of the fastest turns, which nothing disturbed.
 */
const [ref, turns = "15"] = process.argv.slice(2);
if (ref === undefined) {
  process.stderr.write("usage: npm run bench -- REF [TURNS]\n");
  process.exit(2);
}
const here = resolve(import.meta.dirname, "..");
const scratch = mkdtempSync(join(tmpdir(), "tokenwatt-bench-"));
const former = join(scratch, "former");
const run = (command, args, cwd) => execFileSync(command, args, { cwd, encoding: "utf8" });
try {
  run("git", ["worktree", "add", "--detach", former, ref], here);
  symlinkSync(join(here, "node_modules"), join(former, "node_modules"));
  for (const checkout of [here, former]) run("npm", ["run", "--silent", "build"], checkout);
  const own = await simulatorOf(here);
  const other = await simulatorOf(former);
  for (const [name, scenario] of Object.entries(scenarios)) {
    await report(
      name,
      () => cpuS(own, scenario),
      () => cpuS(other, scenario),
    );
  }
} finally {
  if (existsSync(former)) run("git", ["worktree", "remove", "--force", former], here);
  rmSync(scratch, { recursive: true, force: true });
}

async function simulatorOf(checkout) {
  const { simulate } = await import(pathToFileURL(`${checkout}/dist/experiments/index.js`).href);
  return simulate;
}

async function cpuS(simulate, scenario) {
  const before = process.cpuUsage();
  await simulate(scenario);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function report(name, own, other) {
  const seconds = { own: [], other: [] };
  for (let turn = 0; turn < Number(turns); turn++) {
    seconds.own.push(await own());
    seconds.other.push(await other());
  }
  const ownS = Math.min(...seconds.own);
  const ratio = ownS / Math.min(...seconds.other);
  process.stdout.write(
    `${name.padEnd(8)} ${ratio.toFixed(3)} of ${ref}, ${ownS.toFixed(3)} s of CPU\n`,
  );
}
