import { errorsOf } from "../validate/errors.ts";
import { groupedBy } from "../validate/groups.ts";
import type { ReportTable } from "../validate/tables.ts";
import { errorRatios, percent, signedPercent } from "./gates/judges.ts";
import type { PaperStudy } from "./paper.ts";
import type { PaperPoint } from "./study.ts";

/** What a study comes to, single curves first. */
export function paperTables(study: PaperStudy): ReportTable[] {
  return [
    { title: "Errors", rows: isOneFigure(study) ? curveRows(study) : figureRows(study) },
    { title: "Ratios", rows: ratioRows(study) },
    { title: "Points that a constant was fitted to", rows: fittedRows(study) },
    { title: "Joules a request of three traces, by reckoning", rows: comparisonRows(study) },
    { title: "What drafts change, by acceptance and batch", rows: acceptanceRows(study) },
    { title: "What it must show", rows: gateRows(study) },
    { title: "What the paper claims", rows: claimRows(study) },
  ].filter(({ rows }) => rows.length > 0);
}

function isOneFigure({ figures }: PaperStudy): boolean {
  return figures.length === 1;
}

function curveRows({ points }: PaperStudy): ReportTable["rows"] {
  const curves = groupedBy(points, ({ figure, series, metric }) => ({ figure, series, metric }));
  return curves.map(({ key, members }) => ({ ...key, ...errorColumns(members) }));
}

function figureRows({ points }: PaperStudy): ReportTable["rows"] {
  const panels = groupedBy(points, ({ figure, metric }) => ({ figure, metric }));
  return panels.map(({ key, members }) => ({ ...key, ...errorColumns(members) }));
}

function errorColumns(points: readonly PaperPoint[]) {
  const errors = errorsOf(errorRatios(points));
  const shown = (ratio: number | undefined) => (ratio === undefined ? null : percent(ratio));
  return {
    cells: points.length,
    "no memory": points.filter(({ out_of_memory }) => out_of_memory).length,
    published: points.filter(({ published }) => published !== null).length,
    fitted: points.filter(({ used_to_fit }) => used_to_fit).length,
    median: shown(errors?.medianRatio),
    worst: shown(errors?.worstRatio),
    bias: shown(errors?.biasRatio),
  };
}

/** A line for each acceptance, a column for each batch. */
function acceptanceRows({ acceptance = [] }: PaperStudy): ReportTable["rows"] {
  const rates = groupedBy(acceptance, ({ acceptanceRatio }) => acceptanceRatio);
  return rates.map(({ key, members }) => ({
    acceptance: key,
    ...Object.fromEntries(
      members.map(({ batch, changeRatio }) => [`batch ${batch}`, signedPercent(changeRatio)]),
    ),
  }));
}

/** The verdict first: narrow terminals cut the ends of lines. */
function gateRows({ gates }: PaperStudy): ReportTable["rows"] {
  return gates.map(({ figure, what, must, got, reason, isKept }) => ({
    verdict: isKept ? "kept" : "MISSED",
    figure,
    what,
    must,
    got,
    because: reason,
  }));
}

function claimRows({ claims }: PaperStudy): ReportTable["rows"] {
  return claims.flatMap(({ letter, text, verdict, checks }) => [
    { claim: letter, verdict, what: text },
    ...checks.map(({ text: found, holds }) => ({
      claim: "",
      verdict: holds ? "  yes" : "  NO",
      what: found,
    })),
  ]);
}

function comparisonRows({ comparisons }: PaperStudy): ReportTable["rows"] {
  return comparisons.map(({ workload, framework, estimate }) => {
    const { requests, binnedJ, direct, sparsePeakJ, densePeakJ } = estimate;
    const each = (energyJ: number) => Number((energyJ / requests).toPrecision(4));
    return {
      workload,
      framework,
      "FLOPs x TDP, sparse": each(sparsePeakJ),
      dense: each(densePeakJ),
      unrounded: each(estimate.unbinnedPeakJ),
      "by bins": each(binnedJ),
      simulated: each(direct.energyJ),
      "of it wasted": percent(direct.wastedJ / direct.energyJ),
      "simulated / sparse": times(direct.energyJ / sparsePeakJ),
      "/ dense": times(direct.energyJ / densePeakJ),
      "by bins / simulated": times(binnedJ / direct.energyJ),
    };
  });
}

function times(ratio: number): string {
  return `x ${ratio.toFixed(2)}`;
}

/** Figures in per cent or as multiples, whose difference tells more than their error. */
function ratioRows({ points }: PaperStudy): ReportTable["rows"] {
  return points.filter(isRatio).map((point) => ({
    figure: point.figure,
    of: point.series,
    where: whereOf(point),
    metric: point.metric,
    published: point.published,
    simulated: point.simulated === null ? null : Number(point.simulated.toFixed(2)),
    "in sample": point.used_to_fit ? "in sample" : "",
  }));
}

function isRatio({ unit, published }: PaperPoint): boolean {
  return published !== null && (unit === "%" || unit === "x");
}

function whereOf({ workload, batch, gpu }: PaperPoint): string {
  const place = workload ?? gpu;
  const parts = [place, batch === null ? null : `batch ${batch}`];
  return parts.filter((part) => part !== null).join(", ");
}

/** Of curves; ratios of such points are marked where they stand. */
function fittedRows({ points }: PaperStudy): ReportTable["rows"] {
  const fitted = points.filter(
    (point) => point.used_to_fit && !isRatio(point) && point.axis !== null,
  );
  const curves = groupedBy(fitted, ({ figure, gpu, framework }) => ({ figure, gpu, framework }));
  return curves.map(({ key, members }) => ({
    ...key,
    batches: members.map(({ batch }) => batch).join(" "),
  }));
}
