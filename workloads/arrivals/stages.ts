import { randomGamma } from "d3-random";
import type { RandomSource } from "../../sim/random.ts";
import type { Seconds } from "../../sim/units.ts";
import { expectNotNegative, expectPositive } from "../parameterError.ts";
import type { ArrivalProcess } from "./arrivalProcess.ts";

interface Stage {
  /** 0: a pause. */
  readonly ratePerS: number;
  readonly durationS: Seconds;
}

export interface Stages {
  readonly stages: readonly Stage[];
  /** Of the gaps within a stage: their coefficient of variation is 1 / sqrt(burstiness). */
  readonly burstiness: number;
}

/** Rates one after the other, each for its time; then none comes any more. */
export function stages(random: RandomSource, { stages, burstiness }: Stages): ArrivalProcess {
  expectPositive("burstiness", burstiness);
  for (const { ratePerS, durationS } of stages) {
    expectNotNegative("ratePerS", ratePerS);
    expectPositive("durationS", durationS);
  }
  const expectedArrivals = randomGamma.source(random)(burstiness, 1 / burstiness);
  let place = 0;
  let beganS: Seconds = 0;
  let offsetS: Seconds = 0;
  return {
    nextS() {
      let ahead = expectedArrivals();
      for (let stage = stages[place]; stage !== undefined; stage = stages[++place]) {
        const { ratePerS, durationS } = stage;
        const left = ratePerS * (durationS - offsetS);
        if (ahead < left) {
          // Rounding may not carry an arrival past its stage, or the next one would come before it.
          offsetS = Math.min(durationS, offsetS + ahead / ratePerS);
          return beganS + offsetS;
        }
        ahead -= left;
        beganS += durationS;
        offsetS = 0;
      }
      return Infinity;
    },
  };
}
