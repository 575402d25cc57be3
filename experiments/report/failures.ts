import type { FailureTotals } from "../../sim/failures/failureBooks.ts";
import { count, grouped, percent, si } from "./quantity.ts";
import { ratio } from "./ratios.ts";

/** Of replicas that failed, and of the fleet; null where replicas never fail. */
export function failuresOf(failures: FailureTotals | undefined, durationS: number) {
  if (failures === undefined) return null;
  const { replicas, upRatio } = failures;
  const sum = (of: (own: (typeof replicas)[number]) => number) =>
    replicas.reduce((total, own) => total + of(own), 0);
  return {
    failures: sum((own) => own.count),
    restarted_requests: sum((own) => own.restartedRequests),
    moved_requests: sum((own) => own.movedRequests),
    wasted_j: sum((own) => own.wastedJ),
    down_s: sum((own) => own.downS),
    availability: upRatio,
    replicas: replicas.map((own) => ({
      replica: own.replica,
      failures: own.count,
      restarted_requests: own.restartedRequests,
      moved_requests: own.movedRequests,
      wasted_j: own.wastedJ,
      down_s: own.downS,
      availability: ratio(durationS - own.downS, durationS),
    })),
  };
}

/** In a line of 80 cells. */
export function failuresText(failures: ReturnType<typeof failuresOf>): string {
  if (failures === null) return "";
  const { restarted_requests: restarted, wasted_j, availability } = failures;
  const times = `${grouped(failures.failures)} failure${failures.failures === 1 ? "" : "s"}`;
  return (
    `${times}, ${count(restarted)} requests began anew, ` +
    `${si(wasted_j, "J")} wasted, up ${percent(availability)}`
  );
}
