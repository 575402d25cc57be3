import { randomGamma } from "d3-random";
import type { RandomSource } from "../../sim/random.ts";
import type { Seconds } from "../../sim/units.ts";
import { at } from "../at.ts";
import { expectNotNegative, expectPositive } from "../parameterError.ts";
import type { ArrivalProcess } from "./arrivalProcess.ts";

export interface Renewal {
  /** Of the gaps where the rate stands still: their coefficient of variation is 1 / sqrt(shape). */
  readonly gammaShape: number;
  readonly binS: Seconds;
  /** The mean rate of each bin; the profile repeats. */
  readonly ratesPerS: readonly number[];
}

/** Gamma gaps in a time that runs with the rate profile: one expected arrival per unit of it. */
export function renewal(
  random: RandomSource,
  { gammaShape, binS, ratesPerS }: Renewal,
): ArrivalProcess {
  expectPositive("gammaShape", gammaShape);
  expectPositive("binS", binS);
  expectRates(ratesPerS);
  const rates = Float64Array.from(ratesPerS);
  const perProfile = rates.reduce((sum, ratePerS) => sum + ratePerS, 0) * binS;
  const expectedArrivals = randomGamma.source(random)(gammaShape, 1 / gammaShape);
  let bin = 0;
  let offsetS: Seconds = 0;
  return {
    nextS() {
      let ahead = expectedArrivals();
      // Whole profiles at once: a short one may have but a millionth of an arrival.
      if (ahead >= perProfile) {
        const profiles = Math.floor(ahead / perProfile);
        bin += profiles * rates.length;
        ahead = Math.max(0, ahead - profiles * perProfile);
      }
      let ratePerS = at(rates, bin % rates.length);
      // Ends within one profile or two: less than one is ahead.
      while (ahead >= ratePerS * (binS - offsetS)) {
        ahead -= ratePerS * (binS - offsetS);
        bin++;
        offsetS = 0;
        ratePerS = at(rates, bin % rates.length);
      }
      // Rounding may not carry an arrival past its bin, or the next one would come before it.
      offsetS = Math.min(binS, offsetS + ahead / ratePerS);
      return bin * binS + offsetS;
    },
  };
}

function expectRates(ratesPerS: readonly number[]): void {
  for (const ratePerS of ratesPerS) expectNotNegative("ratesPerS", ratePerS);
  expectPositive("the highest of ratesPerS", Math.max(0, ...ratesPerS));
}
