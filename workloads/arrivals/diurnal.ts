import { assert } from "../../sim/assert.ts";
import type { RandomSource } from "../../sim/random.ts";
import type { Seconds } from "../../sim/units.ts";
import type { ArrivalProcess } from "./arrivalProcess.ts";
import type { Gamma } from "./gamma.ts";
import { burstGptRequestsPerHour } from "./hourProfile.ts";
import { renewal } from "./renewal.ts";

export interface Diurnal extends Gamma {
  /** How busy each hour of the day is beside the others, from midnight; BurstGPT's where left out. */
  readonly hourFactors?: readonly number[] | undefined;
  /** The hour at which time 0 falls, 0 to 23. */
  readonly startHour: number;
  /** How long a day lasts: shorter than 86,400 s to see a whole one in a short run. */
  readonly dayS: Seconds;
}

/** Days that repeat: `ratePerS` is their mean, each hour has its share. */
export function diurnal(random: RandomSource, parameters: Diurnal): ArrivalProcess {
  const {
    ratePerS,
    burstiness,
    hourFactors = burstGptRequestsPerHour,
    startHour,
    dayS,
  } = parameters;
  const hours = hourFactors.length;
  assert(Number.isInteger(startHour) && startHour >= 0, `a day from hour ${startHour}`);
  const sum = hourFactors.reduce((total, weight) => total + weight, 0);
  const fromStart = [...hourFactors.slice(startHour), ...hourFactors.slice(0, startHour)];
  const ratesPerS = fromStart.map((weight) => (weight / sum) * hours * ratePerS);
  return renewal(random, { gammaShape: burstiness, binS: dayS / hours, ratesPerS });
}
