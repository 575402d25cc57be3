import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { whatIfs } from "./whatIfList.mjs";

/**
 * The table of docs/engine.md: each option of the engine with what it does to one scenario.
 * `whatIfs.mjs` prints it, `--write` puts it into its place there, `--check` fails where another stands there. The
 * guide's output is written and checked along with it.
 */
const root = resolve(import.meta.dirname, "..");
const load = (path) => import(pathToFileURL(join(root, "dist", path)).href);
const [{ runScenario }, { loadScenario }] = await Promise.all([
  load("experiments/run.js"),
  load("experiments/scenario/load.js"),
]);

const rows = [];
for (const whatIf of whatIfs) {
  const before = await outcome(whatIf.scenario, whatIf.from);
  const after = await outcome(whatIf.scenario, whatIf.to);
  rows.push(row(whatIf, before, after));
}
const header = [
  "| option | scenario | TTFT | TPOT | ITL P99 | J/token | more | published |",
  "|---|---|--:|--:|--:|--:|---|---|",
];
const table = [...header, ...rows].join("\n");
const path = join(root, "docs", "engine.md");
if (process.argv.includes("--write")) writeFileSync(path, withTable(table));
else if (process.argv.includes("--check")) check();
else process.stdout.write(`${table}\n`);
if (process.argv.includes("--write") || process.argv.includes("--check"))
  await import("./guide.mjs");

async function outcome(scenario, overrides) {
  const path = join(root, "scenarios", `${scenario}.yaml`);
  const result = await runScenario(loadScenario(path, { set: overrides }));
  const { latency, energy } = result;
  return {
    result,
    figures: [
      latency.ttft_ms.mean,
      latency.tpot_ms.mean,
      latency.itl_ms.p99,
      energy.per_output_token_j,
    ],
  };
}

function row({ option, scenario, from, to, note, more, published }, before, after) {
  const cells = after.figures.map((value, index) => change(before.figures[index], value));
  const what = note ?? `${code(from)} → ${code(to)}`;
  const extra = more === undefined ? "" : more(before.result, after.result);
  return `| ${option}: ${what} | ${scenario} | ${cells.join(" | ")} | ${extra} | ${published} |`;
}

function code(overrides) {
  if (overrides.length === 0) return "as it is";
  return overrides.map((override) => `\`${override.replace(/^engine\./, "")}\``).join(" ");
}

function change(before, after) {
  if (before === null || after === null) return "";
  const percent = Math.round(100 * (after / before - 1));
  return `${number(before)} → ${number(after)} (${percent > 0 ? "+" : ""}${percent} %)`;
}

function number(value) {
  return Number(value.toPrecision(3)).toString();
}

function withTable(text) {
  const [head, , tail] = readFileSync(path, "utf8").split(/<!-- what-ifs(?: end)? -->/);
  return `${head}<!-- what-ifs -->\n${text}\n<!-- what-ifs end -->${tail}`;
}

function check() {
  if (readFileSync(path, "utf8") === withTable(table)) return;
  process.stderr.write("docs/engine.md is out of date: node bench/whatIfs.mjs --write\n");
  process.exitCode = 1;
}
