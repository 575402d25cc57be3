import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { cases, longCases } from "./cases.mjs";

/**
 * Simulates one case three times, a long one once, with the build of a checkout, compiled code and catalogue at hand:
 * `innerLoop.mjs CHECKOUT CASE`. Prints what the fastest took, as the others warm the compiler up.
 */
const [checkout, name] = process.argv.slice(2);
const part = (path) => import(pathToFileURL(join(checkout, "dist", path)).href);
const { loadObject } = await part("experiments/scenario/load.js");
const { compose } = await part("experiments/scenario/compose.js");
const { Simulation } = await part("sim/simulation.js");

let least = { cpuS: Number.POSITIVE_INFINITY };
const scenario = { ...cases, ...longCases }[name];
const runs = scenario.workload.num_requests > 1e6 ? 1 : 3;
for (let run = 0; run < runs; run++) {
  const before = process.cpuUsage();
  const { simulation } = compose(loadObject(scenario, checkout));
  const { requests, steps, tokens } = new Simulation(simulation).run();
  const { user, system } = process.cpuUsage(before);
  const cpuS = (user + system) / 1e6;
  if (cpuS < least.cpuS)
    least = { cpuS, requests: requests.injected, steps, tokens: tokens.output };
}
process.stdout.write(JSON.stringify(least));
