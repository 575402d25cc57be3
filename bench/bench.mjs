import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { cases, longCases } from "./cases.mjs";
import { floorText } from "./floor.mjs";
import { wholeProcess } from "./wholeProcess.mjs";

/**
 * What runs take here, as whole processes and in the inner loop, in one go:
 *
 *     npm run bench -- [--case NAME]… [--base REV] [--turns N] [--quick] [--write]
 *
 * With `--base`, this checkout and the former one take turns, each in a process of its own, and the ratio of
 * their medians is told. `--quick` leaves the cases of over 100,000 requests out and takes three turns;
 * `--write` puts the table into docs/performance.md. The constants of the catalogue decide how many
 * steps there are: a base that was calibrated otherwise does other work.
 */
const { values: flags } = parseArgs({
  options: {
    base: { type: "string" },
    case: { type: "string", multiple: true },
    quick: { type: "boolean", default: false },
    turns: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const all = { ...cases, ...longCases };
const names = flags.case ?? Object.keys(cases).filter((name) => !flags.quick || !isLong(name));
const unknown = names.find((name) => all[name] === undefined);
if (unknown !== undefined) {
  process.stderr.write(`no case "${unknown}"; there are ${Object.keys(all).join(", ")}\n`);
  process.exit(2);
}
const turns = Number(flags.turns ?? (flags.quick ? 3 : 5));
if (!Number.isInteger(turns) || turns < 1) {
  process.stderr.write(`--turns: expected a number of 1 or more, found ${flags.turns}\n`);
  process.exit(2);
}

const here = resolve(import.meta.dirname, "..");
const scratch = mkdtempSync(join(tmpdir(), "tokenwatt-bench-"));
const base = flags.base === undefined ? undefined : join(scratch, "base");
const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
try {
  if (base !== undefined) {
    run("git", ["worktree", "add", "--detach", base, flags.base], here);
    symlinkSync(join(here, "node_modules"), join(base, "node_modules"));
    run("npm", ["run", "--silent", "build"], base);
  }
  run("npm", ["run", "--silent", "build"], here);
  const table = [...heading(), ...names.map(row)].join("\n");
  const floor = await floorText(here);
  process.stdout.write(`${table}\n\n${floor}\n`);
  if (flags.write) write(`${table}\n\n${floor}`);
} finally {
  if (base !== undefined && existsSync(base)) {
    run("git", ["worktree", "remove", "--force", base], here);
  }
  rmSync(scratch, { recursive: true, force: true });
}

function isLong(name) {
  return (all[name].workload.num_requests ?? 0) > 100_000;
}

function heading() {
  const against = base === undefined ? [] : [`of ${flags.base}`, `loop of ${flags.base}`];
  const columns = ["case", "CPU s", "least-most", "wall s", "peak MB", "loop CPU s", "requests/s"];
  const names = [...columns, "steps/s", "output tokens/s", ...against];
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.versions.node}`;
  return [
    `${date}, ${machine}, medians of ${turns} turns:`,
    "",
    `| ${names.join(" | ")} |`,
    `|---|${"--:|".repeat(names.length - 1)}`,
  ];
}

function row(name) {
  process.stderr.write(`${name}\n`);
  const scenario = join(scratch, `${name}.yaml`);
  writeFileSync(scenario, JSON.stringify(all[name]));
  const checkouts = base === undefined ? [here] : [here, base];
  const took = checkouts.map(() => []);
  for (let turn = 0; turn < turns; turn++) {
    for (const [index, checkout] of checkouts.entries()) {
      const json = join(scratch, "result.json");
      took[index].push(wholeProcess(checkout, ["run", scenario, "--json", json, "--quiet"]));
    }
  }
  const loops = checkouts.map((checkout) => innerLoop(checkout, name));
  const [own = []] = took;
  const [loop] = loops;
  const cpuS = own.map((turn) => turn.cpuS);
  const ratios =
    base === undefined
      ? []
      : [median(took[0], "cpuS") / median(took[1], "cpuS"), loop.cpuS / loops[1].cpuS];
  const cells = [
    name,
    median(own, "cpuS").toFixed(2),
    `${Math.min(...cpuS).toFixed(2)}-${Math.max(...cpuS).toFixed(2)}`,
    median(own, "wallS").toFixed(2),
    median(own, "peakRssMb").toFixed(0),
    loop.cpuS.toFixed(3),
    ...[loop.requests, loop.steps, loop.tokens].map((count) => perSecond(count / loop.cpuS)),
    ...ratios.map((ratio) => ratio.toFixed(2)),
  ];
  return `| ${cells.join(" | ")} |`;
}

function innerLoop(checkout, name) {
  const script = join(import.meta.dirname, "innerLoop.mjs");
  return JSON.parse(run(process.execPath, [script, checkout, name], here));
}

function median(turnsTaken, key) {
  const sorted = turnsTaken.map((turn) => turn[key]).sort((a, b) => a - b);
  const middle = sorted.length / 2 - 0.5;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

function perSecond(rate) {
  return rate >= 1e6 ? `${(rate / 1e6).toPrecision(3)} M` : `${Math.round(rate / 1000)} k`;
}

function write(text) {
  const path = join(here, "docs", "performance.md");
  const between = /(?<=<!-- npm run bench -- --write -->\n)[\s\S]*?(?=<!-- end -->)/;
  const page = readFileSync(path, "utf8");
  if (!between.test(page)) throw new Error(`${path}: the place of the table is missing`);
  writeFileSync(
    path,
    page.replace(between, () => `${text}\n`),
  );
}
