import { metrics } from "../measured/metrics.ts";
import { networkText, percent, regimeText } from "./cells.ts";
import { errorsOf } from "./errors.ts";
import { groupedBy } from "./groups.ts";
import { type PredictedPoint, unseenEstimate } from "./points.ts";

/** Ours on the rows that a baseline has a say in, and the baseline on them. */
export function baselineRows(points: readonly PredictedPoint[], names: readonly string[]) {
  return names.flatMap((name) =>
    groupedBy(
      points.flatMap((point) => comparisonOf(point, name)),
      ({ key }) => key,
    ).map(({ key, members }) => {
      const ours = errorsOf(members.map((member) => member.ours));
      const its = errorsOf(members.map((member) => member.its));
      return {
        ...key,
        rows: members.length,
        "its median %": percent(its?.medianRatio),
        "ours %": percent(ours?.medianRatio),
        "its / ours": quotient(its?.medianRatio, ours?.medianRatio),
        "its P90 %": percent(its?.p90Ratio),
        "ours, P90 %": percent(ours?.p90Ratio),
      };
    }),
  );
}

function comparisonOf(point: PredictedPoint, name: string) {
  const { run, measurement, outcome } = point;
  const said = outcome.baselines[name];
  const unseen = unseenEstimate(point);
  if (said === undefined || unseen === undefined) return [];
  const key = {
    baseline: name,
    figure: metrics[measurement.metric].quantity,
    network: networkText(run),
    regime: regimeText(unseen.regime),
  };
  return [{ key, ours: unseen.estimate.errorRatio, its: said / measurement.value - 1 }];
}

/** How many times as wrong as ours; above 1 where ours is the better one. */
function quotient(its: number | undefined, ours: number | undefined): number | null {
  return its === undefined || !ours ? null : Number((its / ours).toFixed(2));
}
