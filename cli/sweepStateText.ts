import type { Paint } from "../experiments/report/paint.ts";
import { grouped } from "../experiments/report/quantity.ts";
import { cellTable, table } from "../experiments/report/table.ts";
import { energyPlace, objectives } from "../experiments/watch/sweep/figures.ts";
import type { SweepView } from "../experiments/watch/sweep/view.ts";
import { givenText, shortNames, textAt } from "../ui/sweep/texts.ts";

const mostPoints = 50;

/** How a sweep stands, for a reader who is no terminal: what came, the best, the front. */
export function sweepStateText(view: SweepView, paint: Paint): string {
  const { name, points, done, failed, state, reasons } = view;
  const goes = state === "done" ? "ended" : "not ended";
  const counts = `${grouped(done)} of ${grouped(points)} points, ${grouped(failed)} failed, ${goes}`;
  return [
    `${name}: ${counts}\n`,
    ...shardsText(view),
    ...reasons.map(([reason, times]) => `  ${grouped(times)} x ${reason}\n`),
    ...bestText(view, paint),
    ...frontText(view, paint),
  ].join("");
}

function shardsText({ parts }: SweepView): string[] {
  if (parts.length === 0) return [];
  const ended = parts.filter(({ state }) => state === "done").length;
  const going = parts.filter(({ state }) => state === "going").length;
  return [`shards: ${ended} of ${parts.length} ended, ${going} going\n`];
}

function bestText(view: SweepView, paint: Paint): string[] {
  const rows = objectives.flatMap((objective, place) => {
    const best = view.best[place];
    if (best === undefined) return [];
    return [
      {
        best: `${objective.more ? "most" : "least"} ${objective.label}`,
        figure: textAt(best, place, view.currency),
        values: givenText(view.given, best),
      },
    ];
  });
  const options = { paint, columns: Number.POSITIVE_INFINITY };
  return rows.length === 0 ? ["no result yet\n"] : ["\n", table(rows, options)];
}

/** Joules against whole answers. */
function frontText(view: SweepView, paint: Paint): string[] {
  const [tradeoff] = view.tradeoffs;
  if (tradeoff === undefined || tradeoff.front.length === 0) return [];
  const { front, latency } = tradeoff;
  const shown = front.slice(0, mostPoints);
  const more = front.length - shown.length;
  const labels = [energyPlace, latency].map((place) => objectives[place]?.label ?? "");
  const rows = shown.map((point) => [
    point.index + 1,
    textAt(point, latency, view.currency),
    textAt(point, energyPlace, view.currency),
    ...point.given.map((value) => (value === "" ? "null" : value)),
  ]);
  const names = ["point", labels[1] ?? "", labels[0] ?? "", ...shortNames(view.given)];
  return [
    `\nnone is better both in ${labels.join(" and in ")}: ${grouped(front.length)}\n`,
    cellTable({ names, rows }, { paint, columns: Number.POSITIVE_INFINITY }),
    more > 0 ? `and ${grouped(more)} more\n` : "",
  ];
}
