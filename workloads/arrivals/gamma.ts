import { randomGamma } from "d3-random";
import type { RandomSource } from "../../sim/random.ts";
import type { Seconds } from "../../sim/units.ts";
import { expectPositive } from "../parameterError.ts";
import type { ArrivalProcess } from "./arrivalProcess.ts";
import type { Rate } from "./poisson.ts";

export interface Gamma extends Rate {
  /** Shape of the gaps' law: their coefficient of variation is 1 / sqrt(burstiness). */
  readonly burstiness: number;
}

/** Gaps as vLLM's bench draws them: shape b, scale 1 / (rate b). The first request comes after one. */
export function gamma(random: RandomSource, { ratePerS, burstiness }: Gamma): ArrivalProcess {
  expectPositive("ratePerS", ratePerS);
  expectPositive("burstiness", burstiness);
  const gapS = randomGamma.source(random)(burstiness, 1 / (ratePerS * burstiness));
  let nowS: Seconds = 0;
  return {
    nextS() {
      nowS += gapS();
      return nowS;
    },
  };
}
