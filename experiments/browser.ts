import manifest from "tokenwatt/package.json" with { type: "json" };
import { SimulationError } from "../sim/assert.ts";
import { Simulation } from "../sim/simulation.ts";
import { RunError, UserError } from "./errors.ts";
import { type Result, resultOf } from "./report/result.ts";
import { checkObject } from "./scenario/check.ts";
import { compose } from "./scenario/compose.ts";
import { isPath } from "./scenario/isPath.ts";
import type { LoadedScenario } from "./scenario/load.ts";
import { poolScenarios } from "./scenario/pools.ts";
import type { ScenarioInput } from "./scenario/schema.ts";

export type { Result, ScenarioInput };

/** The page paints at least so often, in milliseconds. */
const turnMs = 50;
const sliceInstants = 1000;

/**
 * Simulates a scenario in a web page, with the digest that it has on Node: the same engine, models and
 * workloads. A page has no files, so names in it are those of the catalogue. Rejects as on Node.
 */
export async function simulate(scenario: ScenarioInput): Promise<Result> {
  const composed = compose(withoutFiles(scenario));
  const simulation = new Simulation(composed.simulation);
  let turnedMs = performance.now();
  while (advanced(simulation)) {
    if (performance.now() - turnedMs < turnMs) continue;
    await new Promise((resolve) => setTimeout(resolve));
    turnedMs = performance.now();
  }
  const deployment = { ...composed.deployment, warnings: composed.warnings() };
  return resultOf(deployment, simulation.totals(), { version: manifest.version });
}

function advanced(simulation: Simulation): boolean {
  try {
    return simulation.advance(Number.POSITIVE_INFINITY, sliceInstants);
  } catch (error) {
    if (error instanceof SimulationError) throw new RunError(`the run failed: ${error.message}`);
    throw error;
  }
}

function withoutFiles(given: ScenarioInput): LoadedScenario {
  const checked = checkObject(given, "");
  const loaded = {
    ...checked,
    ...{ llmFile: undefined, draftFile: undefined, gpuFile: undefined },
    ...{ calibrationFile: undefined, pools: undefined },
    traces: { replay: undefined, input: undefined, output: undefined },
  };
  const pools = poolScenarios(checked)?.map((pool) => ({ ...loaded, ...pool }));
  for (const { scenario } of [checked, ...(pools ?? [])]) refuseFiles(scenario);
  return { ...loaded, pools };
}

function refuseFiles({ llm, cluster, engine, workload }: LoadedScenario["scenario"]): void {
  const { trace, lengths } = workload;
  const laws = lengths === null ? [] : [lengths.input, lengths.output];
  const isSampled = laws.some((law) => law.kind === "empirical" && law.path !== undefined);
  const files = {
    llm: isPath(llm),
    "cluster.gpu": isPath(cluster.gpu),
    "cluster.calibration": cluster.calibration !== null,
    "engine.speculative.draft": isPath(engine.speculative?.draft ?? ""),
    "workload.trace": trace !== null,
    "workload.lengths": isSampled,
  };
  for (const [key, isFile] of Object.entries(files)) {
    if (isFile) throw new UserError({ key, message: "is a file, which a web page can't read" });
  }
}
