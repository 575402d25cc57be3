import { randomExponential } from "d3-random";
import type { RandomSource } from "../../sim/random.ts";
import type { Seconds } from "../../sim/units.ts";
import { expectPositive } from "../parameterError.ts";
import type { ArrivalProcess } from "./arrivalProcess.ts";

export interface Rate {
  readonly ratePerS: number;
}

/** Independent exponential gaps; the first arrival comes after one of them. */
export function poisson(random: RandomSource, { ratePerS }: Rate): ArrivalProcess {
  expectPositive("ratePerS", ratePerS);
  const gapS = randomExponential.source(random)(ratePerS);
  let nowS: Seconds = 0;
  return {
    nextS() {
      nowS += gapS();
      return nowS;
    },
  };
}
