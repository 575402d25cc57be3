import { catalogueResiduals } from "../../models/residualCatalogue.ts";
import type { ResidualEntry } from "../../models/uncertainty.ts";
import { type MetricName, metrics } from "../measured/metrics.ts";
import { digits } from "../report/quantity.ts";
import { errorsOf } from "./errors.ts";
import type { GateResult } from "./gates.ts";
import { isPredicted, type Point, type PredictedPoint, type Regime } from "./points.ts";
import type { Validation } from "./validate.ts";

/** Errors are shares of what was measured, in per cent. */
export interface ReportTable {
  readonly title: string;
  readonly rows: readonly Readonly<Record<string, string | number | null>>[];
}

/** All that a validation came to, the figures of single rows last. */
export function reportTables(validation: Validation): ReportTable[] {
  const points = validation.points.filter(isPredicted);
  return [
    { title: "What is promised", rows: validation.gates.map(gateRow) },
    { title: "Intervals", rows: catalogueResiduals().map(intervalRow) },
    { title: "By suite", rows: grouped(points, ({ run }) => ({ suite: run.suite })) },
    { title: "By GPU", rows: grouped(points, ({ run }) => ({ gpu: run.scenario.cluster.gpu })) },
    { title: "Beside simpler predictions", rows: baselineRows(points, validation.baselineNames) },
    { title: "Not simulated", rows: refusedRows(validation.points) },
    { title: "Row by row", rows: points.map(pointRow) },
  ].filter(({ rows }) => rows.length > 0);
}

function gateRow({ what, regime, errors, limits, isKept }: GateResult) {
  const verdicts = { true: "kept", false: "MISSED", undefined: "reported" } as const;
  const second = limits?.p90Ratio ?? limits?.worstRatio;
  return {
    figure: what,
    regime: regimeText(regime),
    rows: errors.rows,
    "median %": percent(errors.medianRatio),
    "at most": limits === undefined ? null : percent(limits.medianRatio),
    "P90 %": percent(errors.p90Ratio),
    "worst %": percent(errors.worstRatio),
    "P90 or worst at most": second === undefined ? null : percent(second),
    verdict: verdicts[`${isKept ?? "undefined"}`],
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
    network: point.run.isMoe ? "MoE" : "dense",
    regime: regimeText(point.outcome.regime),
  }));
  return groups.map(({ key, members }) => ({
    ...key,
    ...errorColumns(members.map(({ outcome }) => outcome.errorRatio)),
  }));
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

/** Ours on the rows that the baseline has a say in, and the baseline on them. */
function baselineRows(points: readonly PredictedPoint[], names: readonly string[]) {
  return names.flatMap((name) =>
    groupedBy(
      points.filter(({ outcome }) => outcome.baselines[name] !== undefined),
      ({ run, measurement }) => ({
        baseline: name,
        figure: metrics[measurement.metric].quantity,
        network: run.isMoe ? "MoE" : "dense",
      }),
    ).map(({ key, members }) => {
      const ours = errorsOf(members.map(({ outcome }) => outcome.errorRatio));
      const its = errorsOf(
        members.map(({ outcome, measurement }) => {
          return (outcome.baselines[name] ?? 0) / measurement.value - 1;
        }),
      );
      return {
        ...key,
        rows: members.length,
        "its median %": percent(its?.medianRatio),
        "ours %": percent(ours?.medianRatio),
        "its P90 %": percent(its?.p90Ratio),
        "ours, P90 %": percent(ours?.p90Ratio),
      };
    }),
  );
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
  return {
    row: run.id,
    figure: metrics[metric].quantity,
    unit: metrics[metric].unit,
    measured: figureText(metric, value),
    predicted: figureText(metric, outcome.value),
    "error %": percent(outcome.errorRatio),
  };
}

function figureText(metric: MetricName, value: number): string {
  // A kilowatt-hour for 1,024 examples is a large unit: its figures need their own digits.
  return metrics[metric].unit.startsWith("kWh") ? value.toPrecision(3) : digits(value);
}

function regimeText(regime: Regime): string {
  return regime.replaceAll("_", " ");
}

function percent(ratio: number | undefined): number | null {
  return ratio === undefined ? null : Number((100 * ratio).toFixed(1));
}

interface Group<Key, Member> {
  readonly key: Key;
  readonly members: Member[];
}

/** Groups in the order of their first member. */
function groupedBy<Key, Member>(
  members: readonly Member[],
  keyOf: (member: Member) => Key,
): Group<Key, Member>[] {
  const groups = new Map<string, Group<Key, Member>>();
  for (const member of members) {
    const key = keyOf(member);
    const name = JSON.stringify(key);
    const group = groups.get(name) ?? { key, members: [] };
    group.members.push(member);
    groups.set(name, group);
  }
  return [...groups.values()];
}
