import { catalogueResiduals } from "../../models/residualCatalogue.ts";
import type { ResidualEntry } from "../../models/uncertainty.ts";
import { type MetricName, metrics } from "../measured/metrics.ts";
import { regimes } from "../measured/regimes.ts";
import { digits } from "../report/quantity.ts";
import { baselineRows, figureKey, promiseKey } from "./baselineTable.ts";
import { networkText, percent, regimeText } from "./cells.ts";
import { errorsOf } from "./errors.ts";
import type { GateResult } from "./gates.ts";
import { groupedBy } from "./groups.ts";
import { isPredicted, type Point, type PredictedPoint } from "./points.ts";
import type { Validation } from "./validate.ts";

/** Errors are shares of what was measured, in per cent. */
export interface ReportTable {
  readonly title: string;
  readonly rows: readonly Readonly<Record<string, string | number | null>>[];
}

/** All that a validation came to, the figures of single rows last. */
export function reportTables(validation: Validation): ReportTable[] {
  const points = validation.points.filter(isPredicted);
  const { baselineNames: names } = validation;
  const beside = (keyOf: typeof figureKey | typeof promiseKey) =>
    baselineRows(points, { names, keyOf });
  return [
    { title: "What is promised", rows: validation.gates.map(gateRow) },
    { title: "Intervals", rows: catalogueResiduals().map(intervalRow) },
    { title: "By suite", rows: grouped(points, ({ run }) => ({ suite: run.suite })) },
    { title: "By GPU", rows: grouped(points, ({ run }) => ({ gpu: run.scenario.cluster.gpu })) },
    { title: "Beside simpler predictions", rows: beside(figureKey) },
    { title: "Beside simpler predictions, on promised rows", rows: beside(promiseKey) },
    { title: "Not simulated", rows: refusedRows(validation.points) },
    { title: "Row by row", rows: points.map(pointRow) },
  ].filter(({ rows }) => rows.length > 0);
}

function gateRow({ what, regime, errors, limits, isKept }: GateResult) {
  const verdicts = { true: "kept", false: "MISSED", undefined: "reported" } as const;
  const verdict = verdicts[`${isKept ?? "undefined"}`];
  const second = limits?.p90Ratio ?? limits?.worstRatio;
  return {
    figure: what,
    regime: regime === undefined ? null : regimeText(regime),
    rows: errors?.rows ?? 0,
    "median %": percent(errors?.medianRatio),
    "at most": limits === undefined ? null : percent(limits.medianRatio),
    "P90 %": percent(errors?.p90Ratio),
    "worst %": percent(errors?.worstRatio),
    "P90 or worst at most": second === undefined ? null : percent(second),
    verdict: errors === undefined ? `${verdict}: no rows` : verdict,
  };
}

/** Ends as shares of the prediction; coverage is that of held-out groups. */
function intervalRow(residual: ResidualEntry) {
  const { quantity, network, rows, groups, low_ratio, high_ratio, coverage_ratio } = residual;
  return {
    figure: figureNames[quantity],
    network: network === "moe" ? "MoE" : "dense",
    class: residual.class.replaceAll("_", " "),
    rows,
    groups,
    "low %": percent(low_ratio - 1),
    "high %": percent(high_ratio - 1),
    "coverage %": percent(coverage_ratio ?? undefined),
  };
}

const figureNames = { ttft: "TTFT", tpot: "TPOT", watts: "watts", energy: "J per token" } as const;

/** One line for each metric, kind of network and regime of each group. */
function grouped(
  points: readonly PredictedPoint[],
  keyOf: (point: PredictedPoint) => Readonly<Record<string, string>>,
) {
  const groups = groupedBy(points, (point) => ({
    ...keyOf(point),
    figure: metrics[point.measurement.metric].quantity,
    network: networkText(point.run),
  }));
  return groups.flatMap(({ key, members }) =>
    regimes.flatMap((regime) => {
      const errors = members.flatMap(({ outcome }) => outcome.byRegime[regime]?.errorRatio ?? []);
      if (errors.length === 0) return [];
      return [{ ...key, regime: regimeText(regime), ...errorColumns(errors) }];
    }),
  );
}

function errorColumns(errorRatios: readonly number[]) {
  const errors = errorsOf(errorRatios);
  return {
    rows: errorRatios.length,
    "median %": percent(errors?.medianRatio),
    "P90 %": percent(errors?.p90Ratio),
    "bias %": percent(errors?.biasRatio),
  };
}

function refusedRows(points: readonly Point[]) {
  const refused = points.flatMap(({ run, outcome }) =>
    outcome.status === "refused" ? [{ suite: run.suite, reason: outcome.reason }] : [],
  );
  return groupedBy(refused, ({ suite, reason }) => ({ suite, reason })).map(({ key, members }) => ({
    ...key,
    rows: members.length,
  }));
}

function pointRow({ run, measurement: { metric, value }, outcome }: PredictedPoint) {
  const { interpolated, new_architecture, operators_only } = outcome.byRegime;
  return {
    row: run.id,
    figure: metrics[metric].quantity,
    unit: metrics[metric].unit,
    measured: figureText(metric, value),
    shipped: figureText(metric, outcome.value),
    "interpolated, error %": percent(interpolated?.errorRatio),
    "new architecture, error %": percent(new_architecture?.errorRatio),
    "operators only, error %": percent(operators_only?.errorRatio),
  };
}

function figureText(metric: MetricName, value: number): string {
  // A kilowatt-hour for 1,024 examples is a large unit: its figures need their own digits.
  return metrics[metric].unit.startsWith("kWh") ? value.toPrecision(3) : digits(value);
}
