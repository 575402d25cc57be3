import { randomExponential, randomGeometric } from "d3-random";
import type { RandomSource } from "../../sim/random.ts";
import type { Seconds } from "../../sim/units.ts";
import { expectNotNegative, expectPositive, ParameterError } from "../parameterError.ts";
import { type QuantileTable, quantileFunction } from "../quantileTable.ts";
import { stratified } from "../stratified.ts";
import type { ArrivalProcess } from "./arrivalProcess.ts";
import type { Rate } from "./poisson.ts";

export interface OnOff {
  /** Mean of a geometric law, 1 or more. */
  readonly requestsPerBurst: number;
  /** Gaps between the requests of a burst, in seconds; of a Poisson process where a rate is given. */
  readonly gapsS: QuantileTable | Rate;
  readonly pauseMinS: Seconds;
  /** From the last request of a burst to the first of the next; above pauseMinS. */
  readonly pauseMeanS: Seconds;
  /** So many bursts in a row have sizes and pauses from each part of their laws; undefined: as it falls. */
  readonly evenBursts?: number | undefined;
}

/** Bursts of requests, and pauses of a minimum plus an exponential time. A burst begins at 0. */
export function onOff(
  random: RandomSource,
  { requestsPerBurst, gapsS, pauseMinS, pauseMeanS, evenBursts }: OnOff,
): ArrivalProcess {
  if (!(requestsPerBurst >= 1 && requestsPerBurst < Infinity)) {
    const found = requestsPerBurst;
    throw new ParameterError("requestsPerBurst", { expected: "a number of 1 or more", found });
  }
  expectNotNegative("pauseMinS", pauseMinS);
  expectPositive("pauseMeanS - pauseMinS", pauseMeanS - pauseMinS);
  const shares = () => (evenBursts === undefined ? random : stratified(random, evenBursts));
  const burstRequests = randomGeometric.source(shares())(1 / requestsPerBurst);
  const beyondMinS = randomExponential.source(shares())(1 / (pauseMeanS - pauseMinS));
  const gapS = gapLaw(random, gapsS);
  let nextS: Seconds = 0;
  let left = burstRequests();
  return {
    nextS() {
      const arrivalS = nextS;
      left--;
      if (left > 0) {
        nextS += gapS();
      } else {
        nextS += pauseMinS + beyondMinS();
        left = burstRequests();
      }
      return arrivalS;
    },
  };
}

function gapLaw(random: RandomSource, gapsS: OnOff["gapsS"]): () => Seconds {
  if ("ratePerS" in gapsS) {
    expectPositive("ratePerS", gapsS.ratePerS);
    return randomExponential.source(random)(gapsS.ratePerS);
  }
  const gapS = quantileFunction(gapsS);
  return () => gapS(random());
}
