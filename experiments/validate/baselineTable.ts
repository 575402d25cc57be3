import { metrics } from "../measured/metrics.ts";
import { networkText, percent, regimeText } from "./cells.ts";
import { errorsOf } from "./errors.ts";
import { promiseOf } from "./gates.ts";
import { groupedBy } from "./groups.ts";
import { type PredictedPoint, unseenEstimate } from "./points.ts";

/** What rows are compared together by; undefined where they are not compared. */
type RowKey = (point: PredictedPoint) => Readonly<Record<string, string>> | undefined;

/** By kind of figure and network. */
export function figureKey({ run, measurement }: PredictedPoint) {
  return { figure: metrics[measurement.metric].quantity, network: networkText(run) };
}

/** By the promise that a row counts for, where watts have a part in it. */
export function promiseKey(point: PredictedPoint) {
  const figure = promiseOf(point);
  const isOfPower = metrics[point.measurement.metric].rests.includes("power");
  return figure === undefined || !isOfPower ? undefined : { figure };
}

/** Ours on the rows that a baseline has a say in, and the baseline on them. */
export function baselineRows(
  points: readonly PredictedPoint[],
  { names, keyOf }: { readonly names: readonly string[]; readonly keyOf: RowKey },
) {
  return names.flatMap((name) =>
    groupedBy(
      points.flatMap((point) => comparisonOf(point, name, keyOf)),
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

function comparisonOf(point: PredictedPoint, name: string, keyOf: RowKey) {
  const { measurement, outcome } = point;
  const own = keyOf(point);
  const said = outcome.baselines[name];
  const unseen = unseenEstimate(point);
  if (own === undefined || said === undefined || unseen === undefined) return [];
  const key = { baseline: name, ...own, regime: regimeText(unseen.regime) };
  return [{ key, ours: unseen.estimate.errorRatio, its: said / measurement.value - 1 }];
}

/** How many times as wrong as ours; above 1 where ours is the better one. */
function quotient(its: number | undefined, ours: number | undefined): number | null {
  return its === undefined || !ours ? null : Number((its / ours).toFixed(2));
}
