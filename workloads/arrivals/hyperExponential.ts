import { randomExponential } from "d3-random";
import type { RandomSource } from "../../sim/random.ts";
import type { Seconds } from "../../sim/units.ts";
import { expectPositive, ParameterError } from "../parameterError.ts";
import type { ArrivalProcess } from "./arrivalProcess.ts";
import type { Rate } from "./poisson.ts";

export interface HyperExponential extends Rate {
  /** Coefficient of variation of the gaps, 1 or more. */
  readonly cv: number;
}

/**
 * Independent gaps, short ones with probability p and long ones else, both exponential. Of the laws
 * with this mean and spread it is the one with balanced means: each kind fills half of the time.
 */
export function hyperExponential(
  random: RandomSource,
  { ratePerS, cv }: HyperExponential,
): ArrivalProcess {
  expectPositive("ratePerS", ratePerS);
  if (!(cv >= 1 && cv < Infinity)) {
    throw new ParameterError("cv", { expected: "a number of 1 or more", found: cv });
  }
  const shortRatio = (1 + Math.sqrt((cv ** 2 - 1) / (cv ** 2 + 1))) / 2;
  const unitGap = randomExponential.source(random)(1);
  const shortMeanS = 1 / (2 * shortRatio * ratePerS);
  // The same as 1 - shortRatio, without the cancellation at a large cv.
  const longRatio = 1 / (cv ** 2 + 1) / (2 * shortRatio);
  const longMeanS = 1 / (2 * longRatio * ratePerS);
  let nowS: Seconds = 0;
  return {
    nextS() {
      nowS += (random() < longRatio ? longMeanS : shortMeanS) * unitGap();
      return nowS;
    },
  };
}
