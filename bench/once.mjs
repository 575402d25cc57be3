import { pathToFileURL } from "node:url";
import { scenarios } from "./scenarios.mjs";

/**
 * Runs one scenario with the build of a checkout: `once.mjs CHECKOUT SCENARIO`. Prints the CPU seconds
 * of the fastest of three runs; the others warm the compiler up.
 */
const [checkout, name] = process.argv.slice(2);
const { simulate } = await import(pathToFileURL(`${checkout}/dist/experiments/index.js`).href);
let cpuS = Number.POSITIVE_INFINITY;
for (let run = 0; run < 3; run++) {
  const before = process.cpuUsage();
  await simulate(scenarios[name]);
  const { user, system } = process.cpuUsage(before);
  cpuS = Math.min(cpuS, (user + system) / 1e6);
}
process.stdout.write(String(cpuS));
