import { SimulationError } from "../../sim/assert.ts";
import { Simulation } from "../../sim/simulation.ts";
import { compose } from "../scenario/compose.ts";
import type { LoadedScenario } from "../scenario/load.ts";

/** How long a run ahead may take. */
const budgetMs = 400;

/** Seconds that a run simulates: as it does where that takes little time, else as far as can be told from its beginning. */
export function expectedS(loaded: LoadedScenario): number {
  const { simulation: config, requests } = compose(loaded);
  if (config.horizonS !== undefined) return config.horizonS;
  let ended = 0;
  const ahead = new Simulation({ ...config, onRequestEnd: () => ended++ });
  const firstS = ahead.nextEventS;
  const untilMs = performance.now() + budgetMs;
  let goesOn = true;
  try {
    while (goesOn && performance.now() < untilMs) {
      goesOn = ahead.advance(Number.POSITIVE_INFINITY, 1000);
    }
  } catch (error) {
    // Who watches shall see how it comes to that.
    if (!(error instanceof SimulationError)) throw error;
    goesOn = false;
  }
  const soFarS = Math.max(ahead.nowS - firstS, 0.001);
  if (!goesOn || requests === undefined) return soFarS;
  // While requests still come, those that came tell more: the first to end took their time.
  const { injected } = ahead.snapshot();
  const still = injected < 0.9 * requests;
  return (soFarS * requests) / Math.max(still ? injected : ended, 1);
}
