import type { ArrivalProcess } from "./arrivalProcess.ts";

/** Everything at 0: offline inference. A source of these needs a number of requests to end. */
export function allAtOnce(): ArrivalProcess {
  return { nextS: () => 0 };
}
