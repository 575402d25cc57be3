import { energyPlace, objectives } from "../../experiments/watch/sweep/figures.ts";
import type { SweepPoint, SweepView, Tradeoff } from "../../experiments/watch/sweep/view.ts";
import { type Line, span } from "../line.ts";
import type { Size } from "../screen.ts";
import { type Column, columnRows } from "./columns.ts";
import { rowOf, type SweepScene, tradeoffOf } from "./sweepChoice.ts";
import { shortNames, textAt } from "./texts.ts";

/** The points of the front, the quickest first, around the one that is chosen. */
export function frontTable({ view, choice }: SweepScene, { width, height }: Size): Line[] {
  const tradeoff = tradeoffOf(view, choice);
  if (tradeoff === undefined || tradeoff.front.length === 0 || height < 2) return [];
  const { front } = tradeoff;
  const rows = height - 1;
  const chosen = rowOf(front, choice);
  const first = Math.max(0, Math.min(front.length - rows, chosen - Math.floor(rows / 2)));
  const shown = front.slice(first, first + rows);
  const [latency, energy, ...others] = placesOf(tradeoff).map((place) =>
    figureColumn(view, shown, place),
  );
  const columns = [
    figures("#", shown, ({ index }) => String(index + 1)),
    ...(latency === undefined || energy === undefined ? [] : [latency, energy]),
    ...givenColumns(view, shown),
    ...others,
  ];
  const isChosen = (row: number) => first + row === chosen;
  const [head = [], ...lines] = columnRows(columns, width - 2, (row) =>
    isChosen(row) ? "bold" : "plain",
  );
  return [
    [span("  "), ...head],
    ...lines.map((line, row) => [
      isChosen(row) ? span("◆ ", "chosen") : span("● ", "bold"),
      ...line,
    ]),
  ];
}

/** The best by each objective, as far as there are rows. */
export function bestTable({ view }: SweepScene, { width, height }: Size): Line[] {
  const found = objectives.flatMap((objective, place) => {
    const point = view.best[place];
    const label = `${objective.more ? "most" : "least"} ${objective.label}`;
    return point === undefined
      ? []
      : [{ point, label, figure: textAt(point, place, view.currency) }];
  });
  if (found.length === 0) return [[span("no result yet", "dim")]];
  const shown = found.slice(0, Math.max(1, height - 1));
  const points = shown.map(({ point }) => point);
  const columns = [
    { name: "best so far", cells: shown.map(({ label }) => label), isFigure: false },
    { name: "", cells: shown.map(({ figure }) => figure), isFigure: true },
    ...givenColumns(view, points),
    figures("#", points, ({ index }) => String(index + 1)),
  ];
  return columnRows(columns, width, () => "plain");
}

/** The two that the picture weighs, then what else is known. */
function placesOf({ latency, front }: Tradeoff): readonly number[] {
  const others = objectives
    .map((_, place) => place)
    .filter((place) => place !== latency && place !== energyPlace)
    .filter((place) => front.some((point) => point.figures[place] !== undefined));
  return [latency, energyPlace, ...others];
}

function figures<Point>(
  name: string,
  points: readonly Point[],
  text: (point: Point) => string,
): Column {
  return { name, cells: points.map(text), isFigure: true };
}

function figureColumn(view: SweepView, points: readonly SweepPoint[], place: number): Column {
  const name = objectives[place]?.label ?? "";
  return figures(name, points, (point) => textAt(point, place, view.currency));
}

function givenColumns(view: SweepView, points: readonly SweepPoint[]): Column[] {
  return shortNames(view.given).map((name, place) => {
    const cells = points.map(({ given }) => given[place] || "null");
    return { name, cells, isFigure: cells.every((cell) => Number.isFinite(Number(cell))) };
  });
}
