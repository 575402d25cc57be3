import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { scenarios } from "./scenarios.mjs";

/**
 * How much CPU this checkout takes against a former one, as a ratio, in one run: `against.mjs REF
 * [TURNS]`. The two take turns, each in a process of its own: in one process the compiler would find
 * the packages that they share called in two ways. The ratio is that of the fastest turns, which
 * nothing disturbed. Constants of the catalogue decide how many steps there are: a checkout that was
 * calibrated anew does other work.
 */
const [ref, turns = "9"] = process.argv.slice(2);
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
  for (const name of Object.keys(scenarios)) report(name);
} finally {
  if (existsSync(former)) run("git", ["worktree", "remove", "--force", former], here);
  rmSync(scratch, { recursive: true, force: true });
}

function report(name) {
  const seconds = { own: [], other: [] };
  for (let turn = 0; turn < Number(turns); turn++) {
    seconds.own.push(cpuS(here, name));
    seconds.other.push(cpuS(former, name));
  }
  const ownS = Math.min(...seconds.own);
  const ratio = ownS / Math.min(...seconds.other);
  process.stdout.write(
    `${name.padEnd(8)} ${ratio.toFixed(3)} of ${ref}, ${ownS.toFixed(3)} s of CPU\n`,
  );
}

function cpuS(checkout, name) {
  return Number(run(process.execPath, [join(here, "bench", "once.mjs"), checkout, name], here));
}
