import { execFileSync } from "node:child_process";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { wholeProcess } from "./wholeProcess.mjs";

/**
 * What a long trace takes, as a whole process with the start of Node: `longTrace.mjs [ROWS [FOLDER]]`
 * writes so many rows as the Azure 2024 traces have them (44 million by default), runs `tokenwatt workload`
 * and `tokenwatt run` on them and prints rows per second, CPU seconds and the highest resident memory. The rows come from
 * a generator with a seed of its own, at a rate that the fleet serves; the file is 40 bytes a row.
 */
const [rowsGiven = "44000000", scratchFolder = tmpdir()] = process.argv.slice(2);
const rows = Number(rowsGiven);
if (!Number.isInteger(rows) || rows < 1) {
  process.stderr.write("usage: npm run bench:trace -- [ROWS [FOLDER]]\n");
  process.exit(2);
}
const here = resolve(import.meta.dirname, "..");
const ratePerS = 70; // The week of 2024 has 44 million rows in 604,800 s.
const scratch = mkdtempSync(join(scratchFolder, "tokenwatt-trace-"));
try {
  execFileSync("npm", ["run", "--silent", "build"], { cwd: here });
  writeTrace(join(scratch, "azure.csv"));
  const scenario = join(scratch, "scenario.yaml");
  writeFileSync(scenario, scenarioText("azure.csv"));
  const { requests: told } = measured("workload", join(scratch, "azure.csv"));
  const { requests, digest } = measured("run", scenario);
  process.stdout.write(`${told} told of, ${requests?.completed} completed, digest ${digest}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Runs a command to its end, prints what it took and returns its JSON. */
function measured(command, path) {
  const result = join(scratch, "result.json");
  const { wallS, cpuS, peakRssMb } = wholeProcess(here, [
    command,
    path,
    "--json",
    result,
    "--quiet",
  ]);
  process.stdout.write(
    `${command}: ${rows} rows in ${wallS.toFixed(0)} s, ${(rows / wallS).toFixed(0)} rows/s, ` +
      `${cpuS.toFixed(1)} s of CPU, ${peakRssMb.toFixed(0)} MB at most\n`,
  );
  return JSON.parse(readFileSync(result, "utf8"));
}

function scenarioText(path) {
  return `llm: meta-llama/Llama-3.1-8B
cluster: { gpu: H100-SXM, replicas: 16 }
workload:
  trace: { path: ${path}, format: azure }
`;
}

/** Exponential gaps; prompts and answers around the means of Azure's conversations, in geometric laws. */
function writeTrace(path) {
  const file = openSync(path, "w");
  let text = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
  let timeMs = Date.UTC(2024, 4, 10);
  const uniform = generator(1);
  const exponential = (mean) => -mean * Math.log(1 - uniform());
  for (let row = 0; row < rows; row++) {
    timeMs += exponential(1000 / ratePerS);
    const time = new Date(timeMs).toISOString().replace("T", " ").slice(0, 23);
    const prompt = 1 + Math.floor(Math.min(7000, exponential(1150)));
    const output = 1 + Math.floor(Math.min(1000, exponential(210)));
    text += `${time}000+00:00,${prompt},${output}\n`;
    if (text.length < 1 << 20) continue;
    writeSync(file, text);
    text = "";
  }
  writeSync(file, text);
  closeSync(file);
}

/** Mulberry32: the same numbers on every machine. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
