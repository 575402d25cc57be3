import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { countedScenarios, countsOf } from "./counted.mjs";

/**
 * Holds what the engine does for each request against what is committed: counts are the same on every
 * machine, seconds are not. `counts.mjs --check` fails where one grew by more than the tolerance;
 * `counts.mjs --write` commits to what is counted now. Constants of the catalogue decide how many
 * steps there are: a new calibration may need a new file, in a commit that says so.
 */
const toleranceRatio = 0.02;
const here = resolve(import.meta.dirname, "..");
const file = join(here, "bench", "counts.json");
const [mode] = process.argv.slice(2);
if (mode !== "--check" && mode !== "--write") {
  process.stderr.write("usage: node bench/counts.mjs --check | --write\n");
  process.exit(2);
}

const counted = {};
for (const [name, scenario] of Object.entries(countedScenarios)) {
  counted[name] = await countsOf(here, scenario);
}
if (mode === "--write") writeFileSync(file, `${JSON.stringify(counted, null, 2)}\n`);
else check(JSON.parse(readFileSync(file, "utf8")));

function check(committed) {
  let failures = 0;
  for (const [name, counts] of Object.entries(counted)) {
    for (const [what, perRequest] of Object.entries(counts)) {
      const ceiling = committed[name]?.[what] * (1 + toleranceRatio);
      // A ceiling that is missing is none that holds.
      const holds = perRequest <= ceiling;
      if (!holds) failures++;
      const verdict = holds ? "ok" : "GREW";
      process.stdout.write(
        `${verdict.padEnd(5)} ${name} ${what}: ${perRequest} a request, committed ${committed[name]?.[what]}\n`,
      );
    }
  }
  if (failures === 0) return;
  process.stderr.write(`${failures} counts grew by more than ${100 * toleranceRatio} %\n`);
  process.exitCode = 1;
}
