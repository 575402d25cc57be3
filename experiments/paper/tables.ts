import { errorsOf } from "../validate/errors.ts";
import { groupedBy } from "../validate/groups.ts";
import type { ReportTable } from "../validate/tables.ts";
import { errorRatios, percent } from "./gates/judges.ts";
import type { PaperStudy } from "./paper.ts";

/** What a study comes to, single curves first. */
export function paperTables(study: PaperStudy): ReportTable[] {
  return [
    { title: "Curves", rows: curveRows(study) },
    { title: "What it must show", rows: gateRows(study) },
  ].filter(({ rows }) => rows.length > 0);
}

function curveRows({ points }: PaperStudy): ReportTable["rows"] {
  const curves = groupedBy(points, ({ figure, series, metric }) => ({ figure, series, metric }));
  return curves.map(({ key, members }) => {
    const errors = errorsOf(errorRatios(members));
    const full = members.filter(({ out_of_memory }) => out_of_memory).length;
    return {
      ...key,
      cells: members.length,
      published: members.filter(({ published }) => published !== null).length,
      fitted: members.filter(({ used_to_fit }) => used_to_fit).length,
      "no memory": full,
      "median error": errors === undefined ? null : percent(errors.medianRatio),
      worst: errors === undefined ? null : percent(errors.worstRatio),
      bias: errors === undefined ? null : percent(errors.biasRatio),
    };
  });
}

function gateRows({ gates }: PaperStudy): ReportTable["rows"] {
  return gates.map(({ figure, what, must, got, isKept }) => ({
    figure,
    what,
    must,
    got,
    verdict: isKept ? "kept" : "MISSED",
  }));
}
