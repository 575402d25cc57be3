import { clockSteps, isGoverned, lowestCapW, lowestClockStep } from "../../models/dvfs.ts";
import type { Governor } from "../../models/governor.ts";
import type { GpuSpec } from "../../models/gpu.ts";
import type { StepConfig } from "../../models/matrices.ts";
import { UserError } from "../errors.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import type { ScenarioSpec } from "./spec.ts";

/** @throws UserError where the GPU cannot be held to the watts or the clock that are asked for. */
export function governorOf(
  { places }: LoadedScenario,
  { cluster }: ScenarioSpec,
  config: StepConfig,
): Governor | undefined {
  const { powerCapW, clockHz } = cluster;
  if (powerCapW === undefined && clockHz === undefined) return undefined;
  const governor = { powerCapW, clockRatio: clockRatioOf(places, clockHz, config.gpu) };
  if (powerCapW !== undefined) refuseCap(places, powerCapW, config);
  return isGoverned({ ...config, governor }) ? governor : undefined;
}

function refuseCap(places: LoadedScenario["places"], powerCapW: number, config: StepConfig): void {
  const { id, tdpW } = config.gpu;
  const lowestW = Math.ceil(lowestCapW(config));
  if (powerCapW >= lowestW && powerCapW <= tdpW) return;
  throw new UserError({
    ...blame(["cluster", "power_cap_w"], places),
    message:
      `expected ${lowestW} W, below which ${id} would be over its cap at the lowest clock, to ` +
      `${tdpW} W, its TDP; found ${powerCapW}`,
  });
}

function clockRatioOf(
  places: LoadedScenario["places"],
  clockHz: number | undefined,
  { id, smClockMaxHz }: GpuSpec,
): number | undefined {
  if (clockHz === undefined) return undefined;
  const at = blame(["cluster", "clock_mhz"], places);
  if (smClockMaxHz === undefined) {
    const message = `no clock can be locked: the highest SM clock of ${id} is not known`;
    throw new UserError({ ...at, message, hint: "a GPU file can give it: sm_clock_max_mhz" });
  }
  const ratio = clockHz / smClockMaxHz;
  const lowestRatio = lowestClockStep / clockSteps;
  if (ratio >= lowestRatio && ratio <= 1) return ratio;
  const lowestMhz = Math.ceil((lowestRatio * smClockMaxHz) / 1e6);
  const message = `expected ${lowestMhz} to ${smClockMaxHz / 1e6} MHz on ${id}, found ${clockHz / 1e6}`;
  throw new UserError({ ...at, message });
}
