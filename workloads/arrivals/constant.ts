import { expectPositive } from "../parameterError.ts";
import type { ArrivalProcess } from "./arrivalProcess.ts";
import type { Rate } from "./poisson.ts";

/** Arrival k, counted from 0, at k / ratePerS. */
export function constant({ ratePerS }: Rate): ArrivalProcess {
  expectPositive("ratePerS", ratePerS);
  let arrivals = 0;
  return { nextS: () => arrivals++ / ratePerS };
}
