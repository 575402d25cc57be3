import { randomExponential, randomLogNormal } from "d3-random";
import type { RandomSource } from "../sim/random.ts";
import type { Seconds } from "../sim/units.ts";
import { sigmaOfSpread } from "./lengths/lengthLaws.ts";
import { expectNotNegative, expectPositive } from "./parameterError.ts";

/** What a user, or a tool, takes before the next request: the same each time, or drawn. */
export type Pause = Seconds | (() => Seconds);

/** Exponential, or lognormal where a spread is given. */
export interface PauseLaw {
  readonly meanS: Seconds;
  readonly stdS?: Seconds | undefined;
}

export function pauseLaw({ meanS, stdS }: PauseLaw, random: RandomSource): () => Seconds {
  expectPositive("meanS", meanS);
  if (stdS === undefined) return randomExponential.source(random)(1 / meanS);
  expectNotNegative("stdS", stdS);
  const sigma = sigmaOfSpread(stdS / meanS);
  return randomLogNormal.source(random)(Math.log(meanS) - sigma ** 2 / 2, sigma);
}

interface Pauses {
  readonly nextS: () => Seconds;
  /** None is shorter. */
  readonly shortestS: Seconds;
}

/** Throws a ParameterError naming `parameter` where a pause that is always the same is below 0. */
export function pausesOf(parameter: string, pause: Pause): Pauses {
  if (typeof pause === "function") return { nextS: pause, shortestS: 0 };
  expectNotNegative(parameter, pause);
  return { nextS: () => pause, shortestS: pause };
}
