import { escaped } from "../paper/html/escaped.ts";
import { dataScript } from "./page.ts";
import type { TableCell } from "./sortableTable.ts";

/** Points of a sweep or a plan, as its page draws them. */
export interface Points {
  readonly names: readonly string[];
  /** Of which columns more is better. */
  readonly more: readonly boolean[];
  readonly rows: readonly (readonly TableCell[])[];
  /** Columns that were varied, or that tell points apart. */
  readonly given: readonly number[];
  /** Columns that may be an axis. */
  readonly figures: readonly number[];
  readonly x: number;
  readonly y: number;
  /** The column whose values have colours; -1 for none. */
  readonly colour: number;
  /** Columns that stand side by side; none where that picture is not drawn. */
  readonly lines: readonly number[];
}

/** Up to so many values make a filter. */
const mostChoices = 40;

/** The pictures of points; `pointsScript` draws them. */
export function pointsHtml(points: Points): string[] {
  const { names, figures, given, x, y, colour } = points;
  const filters = given.filter((place) => {
    const values = new Set(points.rows.map((row) => row[place]));
    return values.size > 1 && values.size <= mostChoices;
  });
  return [
    '<p class="controls">',
    axisHtml("x", "Across", { names, places: figures, chosen: x }),
    axisHtml("y", "Up", { names, places: figures, chosen: y }),
    axisHtml("colour", "Colour", { names, places: [...given, ...figures], chosen: colour }),
    ...filters.map(
      (place) =>
        `<label>${escaped(names[place] ?? "")} <select data-filter="${place}"><option value="">all</option></select></label>`,
    ),
    "</p>",
    '<p class="faint" id="front"></p>',
    `<div id="scatter" class="chart" tabindex="0" role="group" aria-label="All points by two figures. Left and right ` +
      'arrows go through them, up and down through those on the front"></div>',
    '<ul class="legend" id="keys"></ul>',
    '<p><output id="told" aria-live="polite"></output></p>',
    "<noscript><p>The pictures need JavaScript; the table below doesn't.</p></noscript>",
    ...(points.lines.length === 0
      ? []
      : [
          "<h2>All values side by side</h2>",
          '<p class="faint">A line is a point. Filters and colours are those above.</p>',
          '<div id="lines" class="chart" role="img" aria-label="Each point as a line over varied values and figures; the table has them all"></div>',
        ]),
  ];
}

interface Axis {
  readonly names: readonly string[];
  readonly places: readonly number[];
  readonly chosen: number;
}

function axisHtml(axis: string, label: string, { names, places, chosen }: Axis): string {
  const options = places.map(
    (place) =>
      `<option value="${place}"${place === chosen ? " selected" : ""}>${escaped(names[place] ?? "")}</option>`,
  );
  return `<label>${label} <select data-axis="${axis}">${options.join("")}</select></label>`;
}

/** What the script finds. */
export function pointsData(points: Points, hint: string): string {
  const rows = points.rows.map((row) =>
    row.map((cell) => (typeof cell === "number" ? Number(cell.toPrecision(6)) : cell)),
  );
  return dataScript("points", { ...points, rows, hint });
}
