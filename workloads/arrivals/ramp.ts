import { randomGamma } from "d3-random";
import type { RandomSource } from "../../sim/random.ts";
import type { Seconds } from "../../sim/units.ts";
import { expectNotNegative, expectPositive } from "../parameterError.ts";
import type { ArrivalProcess } from "./arrivalProcess.ts";

export interface Ramp {
  /** 0 or more; above 0 where the rate grows exponentially. */
  readonly startPerS: number;
  readonly endPerS: number;
  /** How long the rate moves; then it stays at `endPerS`. */
  readonly overS: Seconds;
  readonly strategy: "linear" | "exponential";
  /** Of the gaps where the rate stands still: their coefficient of variation is 1 / sqrt(burstiness). */
  readonly burstiness: number;
}

/** Gamma gaps in a time that runs with the rate: one expected arrival per unit of it. */
export function ramp(random: RandomSource, parameters: Ramp): ArrivalProcess {
  const { startPerS, endPerS, overS, strategy, burstiness } = parameters;
  if (strategy === "linear") expectNotNegative("startPerS", startPerS);
  else expectPositive("startPerS", startPerS);
  expectPositive("endPerS", endPerS);
  expectPositive("overS", overS);
  expectPositive("burstiness", burstiness);
  const moving = strategy === "linear" ? linear(parameters) : exponential(parameters);
  const gap = randomGamma.source(random)(burstiness, 1 / burstiness);
  let expectedArrivals = 0;
  let lastS: Seconds = 0;
  return {
    nextS() {
      expectedArrivals += gap();
      const beyond = expectedArrivals - moving.arrivals;
      const nextS =
        beyond < 0 ? Math.min(overS, moving.timeS(expectedArrivals)) : overS + beyond / endPerS;
      // Rounding may put one that comes with the last a hair before it.
      lastS = Math.max(lastS, nextS);
      return lastS;
    },
  };
}

type Rates = Pick<Ramp, "startPerS" | "endPerS" | "overS">;

/** The part of the ramp where the rate moves. */
interface Moving {
  /** How many are expected in it. */
  readonly arrivals: number;
  /** When so many are expected to have come. */
  timeS(arrivals: number): Seconds;
}

/** a t + s t² / 2 = arrivals, solved in the form that does not divide by a slope s of 0. */
function linear({ startPerS, endPerS, overS }: Rates): Moving {
  const slope = (endPerS - startPerS) / overS;
  return {
    arrivals: ((startPerS + endPerS) / 2) * overS,
    timeS(arrivals) {
      // Rounding may push it below 0 at the end of a ramp that falls.
      const rateSquared = Math.max(0, startPerS ** 2 + 2 * slope * arrivals);
      return arrivals === 0 ? 0 : (2 * arrivals) / (startPerS + Math.sqrt(rateSquared));
    },
  };
}

/** a (exp(k t) - 1) / k = arrivals, with k = ln(b / a) / duration. */
function exponential({ startPerS, endPerS, overS }: Rates): Moving {
  const growthPerS = Math.log(endPerS / startPerS) / overS;
  if (growthPerS === 0) return linear({ startPerS, endPerS, overS });
  return {
    arrivals: (endPerS - startPerS) / growthPerS,
    timeS: (arrivals) => Math.log1p((growthPerS * arrivals) / startPerS) / growthPerS,
  };
}
